"""Names that Kubernetes and Argo take."""

from __future__ import annotations

import re

LONGEST = 57  # Of 63: a run's name is the pipeline's, a hyphen and five more characters.
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")  # RFC 1123.
TASK = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,120}")  # Argo's; of 128, "-driver" is added.


def name_problem(name: str) -> str | None:
    """Why a pipeline cannot have this name; None where it can."""
    if LABEL.fullmatch(name) and len(name) <= LONGEST:
        return None
    wrong = f"has {len(name)} characters" if LABEL.fullmatch(name) else "is no name for Kubernetes"
    return (
        f"The pipeline's name {name!r} {wrong}: take lower-case letters, digits and hyphens "
        f"between them, at most {LONGEST}{suggestion(name)}."
    )


def suggestion(name: str) -> str:
    """The name as Kubernetes would take it, where something is left of it."""
    near = re.sub(r"[^a-z0-9]+", "-", name.lower())[:LONGEST].strip("-")
    return f", such as {near!r}" if near else ""


def task_name_problem(name: str) -> str | None:
    """Why a task cannot have this name; None where it can."""
    if TASK.fullmatch(name):
        return None
    return (
        f"{name}: Argo takes no task of this name: give the component an id of letters, digits and "
        "hyphens, at most 121."
    )
