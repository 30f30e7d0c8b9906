"""Volumes: where they are mounted, and what survives a pod."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig

from pipeline.kubeflow.compiled import Package, Step
from pipeline.kubeflow.lint.names import told
from pipeline.kubeflow.lint.resources import amount, written

SHARED_MEMORY = "/dev/shm"
LAUNCHERS = ("/gcs", "/s3", "/minio", "/.local", "/.cache", "/.config", "/kfp-launcher")


@dataclass(frozen=True)
class Mount:
    """A volume at a path."""

    field: str  # Of the Kubernetes settings.
    path: str
    name: str

    @property
    def ends_with_pod(self) -> bool:
        """Does what is written there end with the pod?"""
        return self.field in ("emptyDirMounts", "genericEphemeralVolume")

    @property
    def is_read_only(self) -> bool:
        """Can a step not write there?"""
        return self.field in ("secretAsVolume", "configMapAsVolume")


def problems(package: Package) -> Iterator[str]:
    """Of each step."""
    for step in package.steps():
        yield from of_paths(step)
        yield from of_empty_dirs(step)
        yield from of_shared_memory(step)
        yield from of_memory(step)
        yield from of_claims(step)


def mounts(pod: KubernetesExecutorConfig) -> list[Mount]:
    """All volumes of a step's pods."""
    return [
        *(Mount("pvcMount", m.mount_path, m.constant) for m in pod.pvc_mount),
        *(Mount("emptyDirMounts", m.mount_path, m.volume_name) for m in pod.empty_dir_mounts),
        *(
            Mount("genericEphemeralVolume", m.mount_path, m.volume_name)
            for m in pod.generic_ephemeral_volume
        ),
        *(Mount("secretAsVolume", m.mount_path, told(m.secret_name)) for m in pod.secret_as_volume),
        *(
            Mount("configMapAsVolume", m.mount_path, m.config_map_name)
            for m in pod.config_map_as_volume
        ),
    ]


def holding(path: str, pod: KubernetesExecutorConfig) -> Mount | None:
    """The volume that a path is on: of nested ones the inner one. None where it is on none."""
    place = PurePosixPath(posixpath.normpath(path))
    around = [m for m in mounts(pod) if m.path and place.is_relative_to(posixpath.normpath(m.path))]
    return max(around, key=lambda m: len(posixpath.normpath(m.path)), default=None)


def of_paths(step: Step) -> Iterator[str]:
    """Absolute, and one volume at each."""
    taken = dict.fromkeys(LAUNCHERS, "the launcher's own volume")
    for mount in mounts(step.pod):
        path = posixpath.normpath(mount.path) if mount.path else ""
        if not path.startswith("/") or path == "/":
            yield (
                f"{step.name}: {mount.field} {mount.name!r} has the mount path {mount.path!r}: "
                "give an absolute one below /, such as /data."
            )
        elif path in taken:
            yield (
                f"{step.name}: {mount.field} {mount.name!r} is mounted at {path}, where there is "
                f"{taken[path]} already, which Kubernetes refuses: mount it elsewhere."
            )
        taken.setdefault(path, f"{mount.field} {mount.name!r}")


def of_empty_dirs(step: Step) -> Iterator[str]:
    """Each of its own name, and of a size, if it has one."""
    names = [mount.volume_name for mount in step.pod.empty_dir_mounts]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield (
            f"{step.name}: two emptyDirMounts have the name {name!r}, and would be one volume: "
            "give each its own volumeName."
        )
    for mount in step.pod.empty_dir_mounts:
        if mount.size_limit and amount(mount.size_limit) is None:
            yield (
                f"{step.name}: {mount.size_limit!r} is no size for the emptyDirMount at "
                f"{mount.mount_path}: write one as Kubernetes does, such as 8Gi."
            )


def of_shared_memory(step: Step) -> Iterator[str]:
    """It is memory, and has a limit."""
    for mount in step.pod.empty_dir_mounts:
        if posixpath.normpath(mount.mount_path) != SHARED_MEMORY:
            continue
        if not mount.size_limit:
            yield (
                f"{step.name}: its shared memory at {SHARED_MEMORY} has no limit, and may take the "
                "whole node's: set sizeLimit, such as 8Gi."
            )
        if mount.medium != "Memory":
            yield (
                f"{step.name}: its shared memory at {SHARED_MEMORY} is on disk: set medium to "
                "Memory."
            )


def of_memory(step: Step) -> Iterator[str]:
    """A volume in memory counts into the limit, which must leave something for the program."""
    limit = written(step, "memory", "limit")
    most = amount(limit)
    for mount in step.pod.empty_dir_mounts:
        size = amount(mount.size_limit)
        if mount.medium == "Memory" and size is not None and most is not None and size >= most:
            yield (
                f"{step.name}: its emptyDirMount of memory at {mount.mount_path} may take "
                f"{mount.size_limit}, which counts into its memoryLimit of {limit} and leaves "
                "nothing for the program: raise memoryLimit, or make sizeLimit less."
            )


def of_claims(step: Step) -> Iterator[str]:
    """A claim is named, or comes from a parameter."""
    for mount in step.pod.pvc_mount:
        by_parameter = mount.WhichOneof("pvc_reference") not in (None, "constant")
        if not (mount.constant or by_parameter or mount.HasField("pvc_name_parameter")):
            yield (
                f"{step.name}: the pvcMount at {mount.mount_path} names no claim: set constant to "
                "the PersistentVolumeClaim's name."
            )
