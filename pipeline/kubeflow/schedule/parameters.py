"""What a run is given: its parameters, of the types that the pipeline declares, and its root."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pipeline.kubeflow.schedule.errors import WrongUseError

ROOT = re.compile(r"(minio|s3|gs)://[A-Za-z0-9][A-Za-z0-9._-]*(/\S*)?")
BOOLEANS = {"true": True, "false": False}


def root(text: str) -> str | None:
    """The place of a run's artifacts, if the cluster's launcher can write there."""
    if not text:
        return None
    if not ROOT.fullmatch(text):
        raise WrongUseError(
            f"--pipeline-root {text}: minio://BUCKET/PREFIX, s3://BUCKET/PREFIX or "
            "gs://BUCKET/PREFIX is wanted; the cluster can write to no other place."
        )
    return text.rstrip("/")


def values(given: Sequence[str], specification: Any) -> dict[str, Any]:
    """The parameters given as NAME=VALUE, checked against a version's specification.

    A server that does not show the specification gets the texts as they are.
    """
    texts = dict(pair(text) for text in given)
    declared = declarations(specification)
    if declared is None:
        return dict(texts)
    for name in texts.keys() - declared.keys():
        raise WrongUseError(
            f"--param {name}: the pipeline has no such parameter; there are: {listed(declared)}."
        )
    if missing := [name for name in declared if name not in texts and required(declared[name])]:
        raise WrongUseError(f"The pipeline wants a value: give --param {missing[0]}=VALUE.")
    return {name: typed(name, text, declared[name]) for name, text in texts.items()}


def pair(text: str) -> tuple[str, str]:
    """NAME and VALUE."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise WrongUseError(f"--param {text}: NAME=VALUE is wanted.")
    return name, value


def declarations(specification: Any) -> dict[str, dict[str, Any]] | None:
    """What a version declares. A file of two documents is shown as an object of two fields."""
    if not isinstance(specification, dict) or not specification:
        return None
    pipeline = specification.get("pipeline_spec", specification)
    inputs = pipeline.get("root", {}).get("inputDefinitions", {})
    return inputs.get("parameters", {})


def required(declaration: dict[str, Any]) -> bool:
    """Whether a run without this parameter is refused."""
    return "defaultValue" not in declaration and not declaration.get("isOptional", False)


def typed(name: str, text: str, declaration: dict[str, Any]) -> Any:
    """The text as a value of the declared type."""
    kind = declaration.get("parameterType", "STRING")
    try:
        return parsed(text, kind)
    except (ValueError, KeyError) as error:
        raise WrongUseError(f"--param {name}={text}: a value of type {kind} is wanted.") from error


def parsed(text: str, kind: str) -> Any:
    """The value of a text; ValueError or KeyError where it is of another type."""
    if kind == "NUMBER_INTEGER":
        return int(text)
    if kind == "NUMBER_DOUBLE":
        return float(text)
    if kind == "BOOLEAN":
        return BOOLEANS[text.lower()]
    if kind in ("LIST", "STRUCT"):
        value = json.loads(text)
        if not isinstance(value, list if kind == "LIST" else dict):
            raise ValueError(text)
        return value
    return text


def listed(names: Any) -> str:
    """Names in a row, or that there are none."""
    return ", ".join(sorted(names)) or "none"
