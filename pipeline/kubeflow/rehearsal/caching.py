"""Decides whether a task can be skipped, by the fingerprint that the backend computes.

It ignores the pipeline root.
"""

from __future__ import annotations

import hashlib
import json

from google.protobuf.message import Message

from pipeline.kubeflow.messages import as_json
from pipeline.kubeflow.rehearsal.pod import ResolvedStep, read_constant


def compute_fingerprint(pipeline: str, step: ResolvedStep) -> str:
    """The same text for the same inputs, outputs, image, command and volumes."""
    inputs, outputs = step.executor_input.inputs, step.executor_input.outputs
    key = {
        "pipeline": pipeline,
        "parameters": as_json(inputs).get("parameterValues", {}),
        "inputs": {
            name: [artifact.name for artifact in found.artifacts]
            for name, found in inputs.artifacts.items()
        },
        "outputs": {
            name: describe_output(found.artifacts[0]) for name, found in outputs.artifacts.items()
        },
        "output parameters": sorted(outputs.parameters),
        "image": step.container.image,
        "command": [*step.container.command, *step.container.args],
        "volumes": sorted({name_volume(mount) for mount in step.kubernetes.pvc_mount}),
    }
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


def describe_output(artifact: Message) -> dict[str, object]:
    """An output without its URI, which differs in each run."""
    return {name: value for name, value in as_json(artifact).items() if name != "uri"}


def name_volume(mount: Message) -> str:
    """The name of a mounted claim, or of the parameter that names it."""
    by_parameter = mount.pvc_name_parameter
    return (
        mount.constant
        or read_constant(by_parameter)
        or mount.component_input_parameter
        or str(by_parameter.component_input_parameter)
    )
