"""Where a training keeps its state: a volume outlives its pod, the pod's own disk does not."""

from __future__ import annotations

import json
import posixpath
from pathlib import Path

from google.protobuf.message import Message

from pipeline.kubeflow.lint import volumes
from pipeline.kubeflow.lint.places import parse_fields
from pipeline.kubeflow.rehearsal.pod import Pod
from pipeline.kubeflow.rehearsal.step import Step

FIELD = "checkpoints"  # Of a parameter that is a JSON object.


def bring_here(told: Message, step: Step, pod: Pod) -> None:
    """Puts the folders that the step's parameters name at their places on this machine."""
    for value in told.inputs.parameter_values.values():
        known = parse_fields(value.string_value)
        folder = known.get(FIELD)
        if isinstance(folder, str) and folder.startswith("/"):
            value.string_value = json.dumps({**known, FIELD: str(place(folder, step, pod))})


def place(folder: str, step: Step, pod: Pod) -> Path:
    """A folder of the pod: on a claim's volume, or below what stands for the pod's root."""
    path = posixpath.normpath(folder).lstrip("/")
    mount = volumes.find_mount(folder, step.kubernetes)
    if mount is None or mount.ends_with_pod:
        return pod.staged / path
    return pod.volumes / mount.name / posixpath.relpath(f"/{path}", mount.path)
