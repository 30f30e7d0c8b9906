"""The environment of a step's process: a pod's variables, and none of this shell's."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from google.protobuf.message import Message

from components.kubeflow.entry_point import STAGED_ROOT
from pipeline import onednn
from pipeline.kubeflow.rehearsal.outcome import PodLost
from pipeline.kubeflow.rehearsal.pod import Pod, ResolvedStep, read_constant

PROJECT = Path(__file__).parents[3]
INSTALLED = ("site-packages", "dist-packages")
NAMESPACE = "kubeflow"
Secrets = Mapping[str, Mapping[str, str]]  # Values by name of the secret, then by key.


def build_environment(step: ResolvedStep, pod: Pod, secrets: Secrets) -> dict[str, str]:
    """The variables. Raises PodLost for a missing secret."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(pod.home),
        "TMPDIR": str(pod.temporary),
        STAGED_ROOT: str(pod.staged),
        onednn.VARIABLE: "1",  # As in the image.
        "KFP_POD_NAME": pod.name,
        "KFP_POD_UID": pod.name,
        "NAMESPACE": NAMESPACE,
        **find_project(),
        **{variable.name: variable.value for variable in step.container.env},
        **dict(read_secrets(step, secrets)),
        **{
            found.name: read_field(found.field_path, pod)
            for found in step.kubernetes.field_path_as_env
        },
    }


def find_project() -> dict[str, str]:
    """Makes the project importable, as it is in the image, if it is not installed here."""
    return {} if PROJECT.name in INSTALLED else {"PYTHONPATH": str(PROJECT)}


def read_secrets(step: ResolvedStep, secrets: Secrets) -> Iterator[tuple[str, str]]:
    """The variables from secrets."""
    for wanted in step.kubernetes.secret_as_env:
        name = wanted.secret_name or read_constant(wanted.secret_name_parameter)
        for pair in wanted.key_to_env:
            found = secrets.get(name, {}).get(pair.secret_key)
            if found is not None:
                yield pair.env_var, found
            elif not is_optional(wanted):
                raise PodLost(
                    f"CreateContainerConfigError: secret {name!r} has no key {pair.secret_key!r}: "
                    f"create it in the namespace"
                )


def is_optional(wanted: Message) -> bool:
    """Whether the pod starts without it. Only newer messages have the field."""
    return bool(getattr(wanted, "optional", False))


def read_field(path: str, pod: Pod) -> str:
    """A field of the pod; empty for a field that only a cluster sets."""
    known = {
        "metadata.name": pod.name,
        "metadata.uid": pod.name,
        "metadata.namespace": NAMESPACE,
    }
    return known.get(path, "")
