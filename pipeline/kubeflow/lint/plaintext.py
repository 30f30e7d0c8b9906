"""Secrets in plain text: whoever may see a run may read its YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.kubeflow.compiled import Package, Step
from pipeline.kubeflow.lint import names

# Ends a part of a variable's name: API_TOKEN, WEBHOOK_URL, APIKEY, but no TOKENIZERS_PARALLELISM.
SECRET = re.compile(r"(TOKEN|PASSWORD|PASSWD|SECRET|KEY|WEBHOOK|CREDENTIALS?)S?(_|$)")
OF_A_PLACE = ("_FILE", "_PATH", "_DIR")  # End the names of variables that say where a secret is.
WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@\"']*:[^/\s@\"']+@", re.IGNORECASE)


def problems(package: Package) -> Iterator[str]:
    """Variables that are named as secrets are, and URLs with a password. Values are not told."""
    for step in package.steps():
        for variable in step.container.env:
            if is_secret(variable.name) and variable.value:
                name = names.told(variable.name, names.VARIABLE)
                yield (
                    f"{step.name}: the environment variable {name} is in plain text: put "
                    "its value into a Kubernetes secret, and name that by secretAsEnv."
                )
        for place, text in texts(step):
            if WITH_PASSWORD.search(text):
                yield (
                    f"{step.name}: {place} holds a URL with a password: put the URL into a "
                    "Kubernetes secret, and name that by secretAsEnv."
                )


def is_secret(name: str) -> bool:
    """Is a variable of this name a secret?"""
    upper = name.upper()
    return bool(SECRET.search(upper)) and not upper.endswith(OF_A_PLACE)


def texts(step: Step) -> Iterator[tuple[str, str]]:
    """All that is written of a step, by its place."""
    yield from (("its command", text) for text in (*step.container.command, *step.container.args))
    for variable in step.container.env:
        name = names.told(variable.name, names.VARIABLE)
        yield f"the environment variable {name}", variable.value
    for name, text in sorted(step.task.texts.items()):
        yield f"its parameter {name!r}", text
