"""Replaces the placeholders of a container's command, as the launcher does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from pipeline.kubeflow.rehearsal import parameters
from pipeline.kubeflow.rehearsal.step import Step
from pipeline.kubeflow.rehearsal.store import staged_path

PLACEHOLDER = re.compile(r"\{\{\$[^{}]*\}\}")


def command(step: Step, told: Message, staged: Path) -> list[str]:
    """The command line; a placeholder that the launcher does not know stays as it is."""
    known = values(told, staged)
    words = [*step.container.command, *step.container.args]
    return [PLACEHOLDER.sub(lambda found: known.get(found[0], found[0]), word) for word in words]


def values(told: Message, staged: Path) -> dict[str, str]:
    """What stands for each placeholder."""
    found = {"{{$}}": as_json(told)}
    for name, value in plain(told)["inputs"].get("parameterValues", {}).items():
        found[f"{{{{$.inputs.parameters['{name}']}}}}"] = parameters.text(value)
    for side, group in (("inputs", told.inputs), ("outputs", told.outputs)):
        for name, artifacts in group.artifacts.items():
            uri = artifacts.artifacts[0].uri
            place = f"$.{side}.artifacts['{name}']"
            found[f"{{{{{place}.uri}}}}"] = uri
            found[f"{{{{{place}.path}}}}"] = str(staged_path(uri, staged) or uri)
    for name, parameter in told.outputs.parameters.items():
        found[f"{{{{$.outputs.parameters['{name}'].output_file}}}}"] = parameter.output_file
    return found


def as_json(told: Message) -> str:
    """ExecutorInput as Go writes it: whole numbers without a point."""
    return json.dumps(plain(told), ensure_ascii=False)


def plain(told: Message) -> dict[str, Any]:
    """The message as plain data."""
    found: dict[str, Any] = {"inputs": {}, **json_format.MessageToDict(told)}
    whole: dict[str, Any] = parameters.whole(found)
    return whole
