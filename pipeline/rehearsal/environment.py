"""The environment of a step's process: what a pod has, and nothing of this machine's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from google.protobuf.message import Message

from pipeline.rehearsal.failures import PodLost
from pipeline.rehearsal.options import Options
from pipeline.rehearsal.pod import Pod
from pipeline.rehearsal.step import Step, constant

PROJECT = Path(__file__).parents[2]
INSTALLED = ("site-packages", "dist-packages")
STAGED_ROOT = "FCN_STAGED_ROOT"  # Read by the containers' entry; unset in a cluster.
NAMESPACE = "kubeflow"


def environment(step: Step, pod: Pod, options: Options) -> dict[str, str]:
    """The variables; raises PodLost for a secret or a config map that is not there."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(pod.home),
        "TMPDIR": str(pod.temporary),
        STAGED_ROOT: str(pod.staged),
        "KFP_POD_NAME": pod.folder.name,
        "KFP_POD_UID": pod.folder.name,
        "NAMESPACE": NAMESPACE,
        **project(),
        **options.image_environment,
        **{variable.name: variable.value for variable in step.container.env},
        **dict(secrets(step, options)),
        **dict(config_maps(step, options)),
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
            found = value(options.secrets, name, pair.secret_key)
            if found is not None:
                yield pair.env_var, found
            elif not optional(wanted):
                raise PodLost(
                    f"CreateContainerConfigError: secret {name!r} has no key {pair.secret_key!r}: "
                    f"create it in the namespace"
                )


def config_maps(step: Step, options: Options) -> Iterator[tuple[str, str]]:
    """The variables from config maps."""
    for wanted in step.kubernetes.config_map_as_env:
        name = wanted.config_map_name or constant(wanted.config_map_name_parameter)
        for pair in wanted.key_to_env:
            found = value(options.config_maps, name, pair.config_map_key)
            if found is not None:
                yield pair.env_var, found
            elif not optional(wanted):
                raise PodLost(
                    f"CreateContainerConfigError: config map {name!r} has no key "
                    f"{pair.config_map_key!r}: create it in the namespace"
                )


def value(sources: Mapping[str, Mapping[str, str]], name: str, key: str) -> str | None:
    """The value of a key, if somebody gave it."""
    return sources.get(name, {}).get(key)


def optional(wanted: Message) -> bool:
    """Whether the pod starts without it; only newer messages can say so."""
    return bool(getattr(wanted, "optional", False))


def field(path: str, pod: Pod) -> str:
    """A field of the pod's own; empty for those that only a cluster has."""
    name = pod.folder.name
    known = {"metadata.name": name, "metadata.uid": name, "metadata.namespace": NAMESPACE}
    return known.get(path, "")
