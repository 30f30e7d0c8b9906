"""Values of parameters: their types, their form as text, and their places in a command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from kfp.pipeline_spec import pipeline_spec_pb2

from pipeline.kubeflow import backend
from pipeline.kubeflow.backend import PLACEHOLDER, PYTHON_TYPES, find_type_name
from pipeline.kubeflow.messages import as_json
from pipeline.kubeflow.rehearsal.outcome import DriverFailed
from pipeline.kubeflow.rehearsal.pod import ResolvedStep
from pipeline.kubeflow.rehearsal.store import find_staged_path

Types = pipeline_spec_pb2.ParameterType


def has_type(value: Any, declared: int) -> bool:
    """Whether the value has the declared type. A boolean is not a number."""
    name = find_type_name(declared)
    if isinstance(value, bool):
        return name == "BOOLEAN"
    return isinstance(value, PYTHON_TYPES.get(name, ()))


def convert(name: str, value: Any, declared: int) -> Any:
    """The value as the driver passes it on: text for a STRING, unchanged for any other type.

    Raises DriverFailed for a value of another type.
    """
    if find_type_name(declared) == "STRING":
        return format_text(value)
    if value is None:
        kind = find_type_name(declared)
        raise DriverFailed(f"the input parameter {name!r} is null: give it a value of type {kind}")
    if not has_type(value, declared):
        raise DriverFailed(
            f"the input parameter {name!r} is {value!r}: give it a value of type "
            f"{find_type_name(declared)}"
        )
    return value


def format_text(value: Any) -> str:
    """The value of a STRING parameter: 3 for 3.0, JSON for lists and structures."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    whole = round_whole_numbers(value)
    return json.dumps(whole, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def parse_text(text: str, declared: int) -> Any:
    """The value in an output parameter's file. Raises ValueError for another type."""
    if find_type_name(declared) == "STRING":
        return text
    found = json.loads(text)
    if not has_type(found, declared):
        raise ValueError(f"{text!r} is not a {find_type_name(declared)}")
    return found


def round_whole_numbers(value: Any) -> Any:
    """3 for each 3.0: protobuf reads all numbers as floats, and Go writes whole ones as 3."""
    if isinstance(value, dict):
        return {key: round_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [round_whole_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def fill_command(step: ResolvedStep, executor_input: Message, staged: Path) -> list[str]:
    """The container's command line; a placeholder that the launcher does not know stays."""
    known = list_placeholders(executor_input, staged)
    words = [*step.container.command, *step.container.args]
    return [PLACEHOLDER.sub(lambda found: known.get(found[0], found[0]), word) for word in words]


def list_placeholders(executor_input: Message, staged: Path) -> dict[str, str]:
    """Each placeholder that the launcher replaces, with its value."""
    plain = {"inputs": {}, **round_whole_numbers(as_json(executor_input))}
    found = {backend.EXECUTOR_INPUT: json.dumps(plain, ensure_ascii=False)}
    for name, value in plain["inputs"].get("parameterValues", {}).items():
        found[backend.name_input(name)] = format_text(value)
    for side in ("inputs", "outputs"):
        for name, artifacts in getattr(executor_input, side).artifacts.items():
            uri = artifacts.artifacts[0].uri
            found[backend.name_artifact(side, name, "uri")] = uri
            path = str(find_staged_path(uri, staged) or uri)
            found[backend.name_artifact(side, name, "path")] = path
    for name, parameter in executor_input.outputs.parameters.items():
        found[backend.name_output_file(name)] = parameter.output_file
    return found
