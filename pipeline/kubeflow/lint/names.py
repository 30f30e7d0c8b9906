"""Names, keys and labels that Kubernetes and Argo take."""

from __future__ import annotations

import re

LONGEST = 57  # Of 63: a run's name is the pipeline's, a hyphen and five more characters.
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")  # RFC 1123.
TASK = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,120}")  # Argo's; of 128, "-driver" is added.
DNS_NAME = re.compile(rf"(?!.{{254}}){LABEL.pattern}(\.{LABEL.pattern})*")  # Also a secret's.
KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")  # Of a secret or a config map.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A label's value, and its key but for the prefix.
PART_OF_LABEL = re.compile(r"[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?")


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


def told(name: str, kind: re.Pattern[str] = DNS_NAME) -> str:
    """A name as a sentence may tell it. What is none may be the secret itself."""
    return name if kind.fullmatch(name) else "(not told)"


def label_problem(key: str, value: str) -> str | None:
    """What Kubernetes refuses of a label, and the mend; None where it takes it."""
    prefix, slash, name = key.rpartition("/")
    mend = "write at most 63 letters, digits and - _ . between them"
    if not PART_OF_LABEL.fullmatch(name):
        return f"its key: {mend}, such as team or example.com/team"
    if slash and not DNS_NAME.fullmatch(prefix):
        return "its key's prefix: write a DNS name before the slash, such as example.com/team"
    if value and not PART_OF_LABEL.fullmatch(value):
        return f"its value: {mend}, or nothing"
    return None
