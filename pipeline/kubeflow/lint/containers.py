"""Containers: image, command, placeholders, and secrets in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kfp.pipeline_spec.pipeline_spec_pb2 import ComponentSpec

from pipeline.kubeflow import backend
from pipeline.kubeflow.backend import EXECUTOR_INPUT, PLACEHOLDER, RUN_PLACEHOLDERS
from pipeline.kubeflow.compiled import CompiledPipeline, CompiledTask, Step
from pipeline.kubeflow.lint import names
from pipeline.kubeflow.lint.rules import Problem

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# Ends a part of a variable's name: API_TOKEN, WEBHOOK_URL, APIKEY, but not TOKENIZERS_PARALLELISM.
SECRET = re.compile(r"(TOKEN|PASSWORD|PASSWD|SECRET|KEY|WEBHOOK|CREDENTIALS?)S?(_|$)")
PATH_SUFFIXES = ("_FILE", "_PATH", "_DIR")  # Such variables contain the path of a secret.
WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@\"']*:[^/\s@\"']+@", re.IGNORECASE)


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems in the container of each step, and in the constants of tasks."""
    for step in pipeline.list_steps():
        yield from check_image(step)
        yield from check_command(step)
        yield from check_arguments(step)
        yield from check_secrets(step)
    for task in pipeline.list_tasks():
        yield from check_constants(task)


def check_image(step: Step) -> Iterator[Problem]:
    """The image stays the same between runs."""
    image = step.container.image
    flaw = find_image_flaw(image)
    if flaw:
        yield Problem(
            "image-not-pinned",
            step.name,
            f"its image {image!r} {flaw}: a later run may get another one. Use "
            "a fixed tag, such as registry.example/fcn:1.2.0, or a digest (@sha256:...).",
        )


def find_image_flaw(image: str) -> str | None:
    """Why an image is not pinned; None if it is."""
    if not image or re.search(r"[\s{}]", image):
        return "is not the name of an image"
    name, at, digest = image.partition("@")
    if at:
        return None if DIGEST.fullmatch(digest) else "has an invalid digest"
    tag = name.rpartition("/")[2].partition(":")[2]  # What follows a port is before the slash.
    if not tag:
        return "has no tag"
    return "has the tag `latest`, which moves" if tag == "latest" else None


def check_command(step: Step) -> Iterator[Problem]:
    """The launcher replaces the image's entry point, which therefore never runs."""
    if not step.container.command:
        yield Problem(
            "command-missing",
            step.name,
            "it has no command, and the launcher does not run an image's ENTRYPOINT: set "
            "command, such as [python, -m, components.kubeflow.entry_point].",
        )
    if step.container.HasField("lifecycle"):
        yield Problem(
            "ignored-driver",
            step.name,
            "its lifecycle.preCacheCheck, a TFX driver, never runs, so old "
            "results come from the cache when files change: ingest with a component without a "
            "driver, such as ImageExampleGen, with caching off.",
        )


def check_arguments(step: Step) -> Iterator[Problem]:
    """An unknown placeholder would reach the program as it is."""
    known = {EXECUTOR_INPUT, *list_placeholders(step.task.component)}
    texts = (*step.container.command, *step.container.args)
    for found in sorted({p for text in texts for p in PLACEHOLDER.findall(text)} - known):
        yield Problem(
            "unknown-placeholder",
            step.name,
            f"the launcher does not replace the placeholder {found}: remove it, read the value "
            f"from {EXECUTOR_INPUT}, or declare it as an input or output of the component.",
        )


def list_placeholders(component: ComponentSpec) -> Iterator[str]:
    """What the launcher replaces, from what the component declares."""
    inputs, outputs = component.input_definitions, component.output_definitions
    for side, artifacts in (("inputs", inputs.artifacts), ("outputs", outputs.artifacts)):
        for name in artifacts:
            yield backend.name_artifact(side, name, "uri")
            yield backend.name_artifact(side, name, "path")
    yield from map(backend.name_input, inputs.parameters)
    yield from map(backend.name_output_file, outputs.parameters)


def check_constants(task: CompiledTask) -> Iterator[Problem]:
    """A constant is exactly one of the driver's placeholders, or contains none."""
    for name, text in sorted(task.string_values.items()):
        found = PLACEHOLDER.search(text)
        if found and text not in RUN_PLACEHOLDERS:
            yield Problem(
                "placeholder-in-constant",
                task.name,
                f"nothing replaces {found[0]} in its parameter "
                f"{name!r}: give the value itself, or exactly one of {sorted(RUN_PLACEHOLDERS)}.",
            )


def check_secrets(step: Step) -> Iterator[Problem]:
    """Variables named like secrets, and URLs with a password. Messages never show the values."""
    for variable in step.container.env:
        if is_secret(variable.name) and variable.value:
            name = names.show(variable.name, names.VARIABLE)
            yield Problem(
                "secret-in-plain-text",
                step.name,
                f"the environment variable {name} is in plain text: put "
                "its value into a Kubernetes secret, and name the secret in secretAsEnv.",
            )
    for place, text in list_strings(step):
        if WITH_PASSWORD.search(text):
            yield Problem(
                "password-in-url",
                step.name,
                f"{place} contains a URL with a password: put the URL into a "
                "Kubernetes secret, and name the secret in secretAsEnv.",
            )


def is_secret(name: str) -> bool:
    """Whether a variable of this name is a secret."""
    upper = name.upper()
    return bool(SECRET.search(upper)) and not upper.endswith(PATH_SUFFIXES)


def list_strings(step: Step) -> Iterator[tuple[str, str]]:
    """All strings of a step, each with its place."""
    yield from (("its command", text) for text in (*step.container.command, *step.container.args))
    for variable in step.container.env:
        name = names.show(variable.name, names.VARIABLE)
        yield f"the environment variable {name}", variable.value
    for name, text in sorted(step.task.string_values.items()):
        yield f"its parameter {name!r}", text
