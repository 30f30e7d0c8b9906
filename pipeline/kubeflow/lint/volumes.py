"""Volumes: names, sizes, mount paths, and what survives a pod."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig

from pipeline.kubeflow.backend import STAGED_AT
from pipeline.kubeflow.compiled import CompiledPipeline, Step
from pipeline.kubeflow.lint.names import DNS_NAME, show
from pipeline.kubeflow.lint.resources import parse_quantity, read_amount
from pipeline.kubeflow.lint.rules import Problem

SHARED_MEMORY = "/dev/shm"
STAGED = tuple(f"/{folder}" for folder in STAGED_AT.values())
LAUNCHERS = (*STAGED, "/.local", "/.cache", "/.config", "/kfp-launcher")


@dataclass(frozen=True)
class Mount:
    """A volume at a path."""

    field: str  # Of the Kubernetes settings.
    path: str
    name: str

    @property
    def ends_with_pod(self) -> bool:
        """Whether its files are lost when the pod ends."""
        return self.field in ("emptyDirMounts", "genericEphemeralVolume")

    @property
    def is_read_only(self) -> bool:
        """Whether Kubernetes refuses writes to it."""
        return self.field in ("secretAsVolume", "configMapAsVolume")


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems of volumes in each step."""
    for step in pipeline.list_steps():
        yield from check_paths(step)
        yield from check_empty_dirs(step)
        yield from check_shared_memory(step)
        yield from check_memory(step)
        yield from check_claims(step)


def list_mounts(pod: KubernetesExecutorConfig) -> list[Mount]:
    """All volumes of a step's pod."""
    return [
        *(Mount("pvcMount", m.mount_path, m.constant) for m in pod.pvc_mount),
        *(Mount("emptyDirMounts", m.mount_path, m.volume_name) for m in pod.empty_dir_mounts),
        *(
            Mount("genericEphemeralVolume", m.mount_path, m.volume_name)
            for m in pod.generic_ephemeral_volume
        ),
        *(Mount("secretAsVolume", m.mount_path, show(m.secret_name)) for m in pod.secret_as_volume),
        *(
            Mount("configMapAsVolume", m.mount_path, m.config_map_name)
            for m in pod.config_map_as_volume
        ),
    ]


def find_mount(path: str, pod: KubernetesExecutorConfig) -> Mount | None:
    """The volume that contains a path, the innermost if they are nested; None if none does."""
    place = PurePosixPath(posixpath.normpath(path))
    around = [
        m for m in list_mounts(pod) if m.path and place.is_relative_to(posixpath.normpath(m.path))
    ]
    return max(around, key=lambda m: len(posixpath.normpath(m.path)), default=None)


def check_paths(step: Step) -> Iterator[Problem]:
    """Mount paths are absolute, with one volume at each."""
    taken = dict.fromkeys(LAUNCHERS, "the launcher's own volume")
    for mount in list_mounts(step.pod):
        path = posixpath.normpath(mount.path) if mount.path else ""
        if not path.startswith("/") or path == "/":
            yield Problem(
                "bad-mount-path",
                step.name,
                f"{mount.field} {mount.name!r} has the mount path {mount.path!r}: "
                "use an absolute path below /, such as /data.",
            )
        elif path in taken:
            yield Problem(
                "mount-path-taken",
                step.name,
                f"{mount.field} {mount.name!r} is mounted at {path}, the path of "
                f"{taken[path]}, which Kubernetes refuses: mount it elsewhere.",
            )
        taken.setdefault(path, f"{mount.field} {mount.name!r}")


def check_empty_dirs(step: Step) -> Iterator[Problem]:
    """Each has its own name, and a valid size if it has one."""
    names = [mount.volume_name for mount in step.pod.empty_dir_mounts]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(
            "duplicate-volume-name",
            step.name,
            f"two emptyDirMounts have the name {name!r} and would be one volume: "
            "give each its own volumeName.",
        )
    for mount in step.pod.empty_dir_mounts:
        if mount.size_limit and parse_quantity(mount.size_limit) is None:
            yield Problem(
                "bad-volume-size",
                step.name,
                f"{mount.size_limit!r} is not a valid size for the emptyDirMount at "
                f"{mount.mount_path}: write one as Kubernetes does, such as 8Gi.",
            )


def check_shared_memory(step: Step) -> Iterator[Problem]:
    """Shared memory is memory, and has a limit."""
    for mount in step.pod.empty_dir_mounts:
        if posixpath.normpath(mount.mount_path) != SHARED_MEMORY:
            continue
        if not mount.size_limit:
            yield Problem(
                "shared-memory-without-limit",
                step.name,
                f"its shared memory at {SHARED_MEMORY} has no limit, so it may use the "
                "whole node's: set sizeLimit, such as 8Gi.",
            )
        if mount.medium != "Memory":
            yield Problem(
                "shared-memory-on-disk",
                step.name,
                f"its shared memory at {SHARED_MEMORY} is on disk: set medium to Memory.",
            )


def check_memory(step: Step) -> Iterator[Problem]:
    """A volume in memory counts towards the limit, which must leave memory for the program."""
    limit = read_amount(step, "memory", "limit")
    most = parse_quantity(limit)
    for mount in step.pod.empty_dir_mounts:
        size = parse_quantity(mount.size_limit)
        if mount.medium == "Memory" and size is not None and most is not None and size >= most:
            yield Problem(
                "memory-volume-too-large",
                step.name,
                f"its emptyDirMount of memory at {mount.mount_path} may use "
                f"{mount.size_limit}, which counts towards its memoryLimit of {limit} and leaves "
                "nothing for the program: raise memoryLimit, or reduce sizeLimit.",
            )


def check_claims(step: Step) -> Iterator[Problem]:
    """A claim has a valid name, or comes from a parameter."""
    for mount in step.pod.pvc_mount:
        if mount.constant and not DNS_NAME.fullmatch(mount.constant):
            yield Problem(
                "bad-claim-name",
                step.name,
                f"Kubernetes refuses the claim {mount.constant!r} at {mount.mount_path}: write the "
                "PersistentVolumeClaim's name: lower-case letters, digits, hyphens and dots.",
            )
        by_parameter = mount.WhichOneof("pvc_reference") not in (None, "constant")
        if not (mount.constant or by_parameter or mount.HasField("pvc_name_parameter")):
            yield Problem(
                "claim-without-name",
                step.name,
                f"the pvcMount at {mount.mount_path} does not name a claim: set constant to "
                "the PersistentVolumeClaim's name.",
            )
