"""Names, keys and labels that Kubernetes and Argo accept."""

from __future__ import annotations

import re

from pipeline.kubeflow.lint.rules import Problem
from trainer.config_values import LONGEST_NAME

PIPELINE = "pipeline"  # The place of problems of the pipeline as a whole.
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")  # RFC 1123.
TASK = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,120}")  # Argo's; of 128, "-driver" is added.
DNS_NAME = re.compile(rf"(?!.{{254}}){LABEL.pattern}(\.{LABEL.pattern})*")  # Also a secret's.
KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")  # Of a secret or a config map.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A label's value, and its key but for the prefix.
PART_OF_LABEL = re.compile(r"[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?")


def find_name_problem(name: str) -> Problem | None:
    """The problem of a pipeline's name; None if Kubernetes accepts it."""
    if LABEL.fullmatch(name) and len(name) <= LONGEST_NAME:
        return None
    wrong = (
        f"has {len(name)} characters"
        if LABEL.fullmatch(name)
        else "is not a name that Kubernetes accepts"
    )
    return Problem(
        "bad-pipeline-name",
        PIPELINE,
        f"its name {name!r} {wrong}: use lower-case letters, digits and hyphens "
        f"between them, at most {LONGEST_NAME}{suggest(name)}.",
    )


def suggest(name: str) -> str:
    """The nearest name that Kubernetes accepts, if there is one."""
    near = re.sub(r"[^a-z0-9]+", "-", name.lower())[:LONGEST_NAME].strip("-")
    return f", such as {near!r}" if near else ""


def find_task_name_problem(name: str) -> Problem | None:
    """The problem of a task's name; None if Argo accepts it."""
    if TASK.fullmatch(name):
        return None
    return Problem(
        "bad-task-name",
        name,
        "Argo does not accept a task of this name: give the component an ID of letters, digits and "
        "hyphens, at most 121.",
    )


def show(name: str, kind: re.Pattern[str] = DNS_NAME) -> str:
    """A name for a message, hidden if it is invalid: it may be the secret itself."""
    return name if kind.fullmatch(name) else "(hidden)"


def find_label_flaw(key: str, value: str) -> str | None:
    """Which part of a label Kubernetes refuses, and how to fix it; None if it accepts all."""
    prefix, slash, name = key.rpartition("/")
    fix = "write at most 63 letters, digits and - _ . between them"
    if not PART_OF_LABEL.fullmatch(name):
        return f"its key: {fix}, such as team or example.com/team"
    if slash and not DNS_NAME.fullmatch(prefix):
        return "its key's prefix: write a DNS name before the slash, such as example.com/team"
    if value and not PART_OF_LABEL.fullmatch(value):
        return f"its value: {fix}, or nothing"
    return None
