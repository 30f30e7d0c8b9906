"""The parameters and the pipeline root of a run, checked before they are sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.kubeflow.backend import find_type_name
from pipeline.kubeflow.compiled import ParameterSpec
from pipeline.kubeflow.schedule.compiled_file import read_shown
from pipeline.kubeflow.schedule.errors import WrongUseError

ROOT = re.compile(r"(minio|s3|gs)://[A-Za-z0-9][A-Za-z0-9._-]*(/\S*)?")
BOOLEANS = {"true": True, "false": False}


def check_root(text: str) -> str | None:
    """The URI of a run's artifacts; None if empty. Raises WrongUseError for other schemes."""
    if not text:
        return None
    if not ROOT.fullmatch(text):
        raise WrongUseError(
            f"--pipeline-root {text}: the cluster cannot write there. Give minio://BUCKET/PREFIX, "
            "s3://BUCKET/PREFIX or gs://BUCKET/PREFIX."
        )
    return text.rstrip("/")


def read_values(given: Sequence[str], specification: Any) -> dict[str, Any]:
    """The parameters given as NAME=VALUE, of the types that a version's specification declares.

    Without a specification, the values stay strings.
    """
    texts = dict(split_pair(text) for text in given)
    pipeline = read_shown(specification)
    if pipeline is None:
        return dict(texts)
    declared = pipeline.parameters
    check_names(texts, declared)
    return {name: parse_value(name, text, declared[name]) for name, text in texts.items()}


def split_pair(text: str) -> tuple[str, str]:
    """NAME and VALUE."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise WrongUseError(f"--param {text}: write NAME=VALUE.")
    return name, value


def check_names(texts: Mapping[str, str], declared: Mapping[str, ParameterSpec]) -> None:
    """Raises WrongUseError for an unknown parameter, or a missing one without default."""
    for name in texts.keys() - declared.keys():
        fix = f"choose one of {', '.join(sorted(declared))}" if declared else "leave it out"
        raise WrongUseError(f"--param {name}: unknown parameter; {fix}.")
    missing = [name for name in declared if name not in texts and is_required(declared[name])]
    if missing:
        raise WrongUseError(
            f"The parameter {missing[0]} has no default: give --param {missing[0]}=VALUE."
        )


def is_required(declared: ParameterSpec) -> bool:
    """Whether the backend refuses a run without this parameter."""
    return not declared.HasField("default_value") and not declared.is_optional


def parse_value(name: str, text: str, declared: ParameterSpec) -> Any:
    """The text as a value of the declared type."""
    kind = find_type_name(declared.parameter_type)
    try:
        return parse_text(text, kind)
    except (ValueError, KeyError) as error:
        raise WrongUseError(f"--param {name}={text}: give a value of type {kind}.") from error


def parse_text(text: str, kind: str) -> Any:
    """The value of a text. Raises ValueError or KeyError for another type."""
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
