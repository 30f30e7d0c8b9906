"""Parameter values between JSON and the types that a component declares."""

from __future__ import annotations

import json
from typing import Any

from kfp.pipeline_spec import pipeline_spec_pb2

from pipeline.kubeflow.backend import PYTHON_TYPES, type_name
from pipeline.kubeflow.rehearsal.failures import DriverFailed

Types = pipeline_spec_pb2.ParameterType
NUMBERS = ("NUMBER_DOUBLE", "NUMBER_INTEGER")


def is_of(value: Any, declared: int) -> bool:
    """Whether the value is of the declared type; a flag is no number."""
    name = type_name(declared)
    if isinstance(value, bool):
        return name == "BOOLEAN"
    return isinstance(value, PYTHON_TYPES.get(name, ()))


def typed(name: str, value: Any, declared: int) -> Any:
    """The value as the driver hands it on: anything becomes a STRING, nothing else is changed."""
    if type_name(declared) == "STRING":
        return text(value)
    if value is None:
        raise DriverFailed(f"got null for input parameter {name!r}")
    if not is_of(value, declared):
        raise DriverFailed(
            f"input parameter {name!r} type mismatch: "
            f"expect {type_name(declared)}, got {type(value).__name__} ({value!r})"
        )
    return value


def text(value: Any) -> str:
    """A value as a STRING parameter has it: 3 for 3.0, JSON for lists and structures."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(whole(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def from_text(value: str, declared: int) -> Any:
    """An output parameter's file, read as its component declares it. Raises ValueError."""
    if type_name(declared) == "STRING":
        return value
    found = json.loads(value)
    if not is_of(found, declared):
        raise ValueError(f"{value!r} is no {type_name(declared)}")
    return found


def whole(value: Any) -> Any:
    """3 for each 3.0: protobuf knows only floats, and Go writes them so."""
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
