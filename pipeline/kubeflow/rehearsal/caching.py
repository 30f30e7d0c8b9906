"""When a task need not run again: the backend's fingerprint, which knows no pipeline root."""

from __future__ import annotations

import hashlib
import json

from google.protobuf import json_format
from google.protobuf.message import Message

from pipeline.kubeflow.rehearsal.step import Step, constant


def fingerprint(pipeline: str, step: Step) -> str:
    """The same text for the same inputs, outputs, image, command and volumes."""
    told = {"inputs": {}, **json_format.MessageToDict(step.executor_input)}
    key = {
        "pipeline": pipeline,
        "parameters": told["inputs"].get("parameterValues", {}),
        "inputs": {
            name: [artifact.name for artifact in found.artifacts]
            for name, found in step.executor_input.inputs.artifacts.items()
        },
        "outputs": {
            name: without_uri(found.artifacts[0])
            for name, found in step.executor_input.outputs.artifacts.items()
        },
        "output parameters": sorted(step.executor_input.outputs.parameters),
        "image": step.container.image,
        "command": [*step.container.command, *step.container.args],
        "volumes": sorted({volume(mount) for mount in step.kubernetes.pvc_mount}),
    }
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


def without_uri(artifact: Message) -> dict[str, object]:
    """An output as the fingerprint sees it: another run's URI makes no difference."""
    described: dict[str, object] = json_format.MessageToDict(artifact)
    described.pop("uri", None)
    return described


def volume(mount: Message) -> str:
    """The name of a mounted claim, or the parameter that names it."""
    by_parameter = mount.pvc_name_parameter
    return (
        mount.constant
        or constant(by_parameter)
        or mount.component_input_parameter
        or str(by_parameter.component_input_parameter)
    )
