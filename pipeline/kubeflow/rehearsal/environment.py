"""The environment of a step's process: what a pod has, and nothing of this machine's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.message import Message

from components.kubeflow.entry_point import STAGED_ROOT
from pipeline.kubeflow.rehearsal.failures import PodLost
from pipeline.kubeflow.rehearsal.options import Options
from pipeline.kubeflow.rehearsal.pod import Pod
from pipeline.kubeflow.rehearsal.step import Step, constant

PROJECT = Path(__file__).parents[3]
INSTALLED = ("site-packages", "dist-packages")
NAMESPACE = "kubeflow"


def environment(step: Step, pod: Pod, options: Options) -> dict[str, str]:
    """The variables; raises PodLost for a secret that is not there."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(pod.home),
        "TMPDIR": str(pod.temporary),
        STAGED_ROOT: str(pod.staged),
        "KFP_POD_NAME": pod.name,
        "KFP_POD_UID": pod.name,
        "NAMESPACE": NAMESPACE,
        **project(),
        **{variable.name: variable.value for variable in step.container.env},
        **dict(secrets(step, options)),
        **{found.name: field(found.field_path, pod) for found in step.kubernetes.field_path_as_env},
    }


def project() -> dict[str, str]:
    """What makes the project importable where it is not installed, as it is in the image."""
    return {} if PROJECT.name in INSTALLED else {"PYTHONPATH": str(PROJECT)}


def secrets(step: Step, options: Options) -> Iterator[tuple[str, str]]:
    """The variables from secrets."""
    for wanted in step.kubernetes.secret_as_env:
        name = wanted.secret_name or constant(wanted.secret_name_parameter)
        for pair in wanted.key_to_env:
            found = options.secrets.get(name, {}).get(pair.secret_key)
            if found is not None:
                yield pair.env_var, found
            elif not optional(wanted):
                raise PodLost(
                    f"CreateContainerConfigError: secret {name!r} has no key {pair.secret_key!r}: "
                    f"create it in the namespace"
                )


def optional(wanted: Message) -> bool:
    """Whether the pod starts without it; only newer messages can say so."""
    return bool(getattr(wanted, "optional", False))


def field(path: str, pod: Pod) -> str:
    """A field of the pod's own; empty for those that only a cluster has."""
    known = {
        "metadata.name": pod.name,
        "metadata.uid": pod.name,
        "metadata.namespace": NAMESPACE,
    }
    return known.get(path, "")
