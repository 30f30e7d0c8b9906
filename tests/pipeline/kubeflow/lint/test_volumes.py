"""Volumes and where they are mounted."""

from __future__ import annotations

import pytest

from tests.fakes.linted import Pipeline, claim


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.fixture
def shared_memory(pipeline):
    return pipeline.pod("Trainer")["emptyDirMounts"][0]


@pytest.mark.parametrize("path", ["models", "", "/", "./models"])
def test_a_mount_path_that_is_not_absolute_is_refused(pipeline, path):
    pipeline.pod("Trainer")["pvcMount"] = [claim("fcn-models", path)]

    assert pipeline.problem().startswith(
        f"Trainer: pvcMount 'fcn-models' has the mount path {path!r}"
    )
    assert "give an absolute one" in pipeline.problem()


@pytest.mark.parametrize("path", ["/dev/shm", "/dev/shm/", "/dev/./shm"])
def test_two_volumes_at_one_path_are_refused(pipeline, path):
    pipeline.pod("Trainer")["pvcMount"] = [claim("fcn-models", path)]

    assert "is mounted at /dev/shm, where there is pvcMount 'fcn-models'" in pipeline.problem()
    assert "mount it elsewhere" in pipeline.problem()


def test_a_volume_in_the_launchers_place_is_refused(pipeline):
    pipeline.pod("Trainer")["pvcMount"] = [claim("fcn-models", "/minio")]

    assert "at /minio, where there is the launcher's own volume" in pipeline.problem()


def test_shared_memory_without_a_limit_is_refused(pipeline, shared_memory):
    del shared_memory["sizeLimit"]

    assert pipeline.problem().startswith("Trainer: its shared memory at /dev/shm has no limit")
    assert "set sizeLimit" in pipeline.problem()


def test_shared_memory_on_disk_is_refused(pipeline, shared_memory):
    del shared_memory["medium"]

    assert pipeline.problem().startswith("Trainer: its shared memory at /dev/shm is on disk")
    assert "set medium to Memory" in pipeline.problem()


def test_a_size_that_is_none_is_refused(pipeline, shared_memory):
    shared_memory["sizeLimit"] = "8 gigs"

    assert pipeline.problem().startswith("Trainer: '8 gigs' is no size")
    assert "such as 8Gi" in pipeline.problem()


@pytest.mark.parametrize("size", ["8G", "8Gi", "64Gi"])
@pytest.mark.parametrize("path", ["/dev/shm", "/scratch"])
def test_a_volume_of_memory_that_leaves_a_program_none_is_refused(
    pipeline, shared_memory, size, path
):
    shared_memory.update(sizeLimit=size, mountPath=path)

    assert pipeline.problem().startswith(
        f"Trainer: its emptyDirMount of memory at {path} may take {size}, which counts into its "
        "memoryLimit of 8G"
    )
    assert "raise memoryLimit, or make sizeLimit less" in pipeline.problem()


def test_a_volume_of_memory_that_leaves_a_program_some_is_taken(pipeline, shared_memory):
    shared_memory["sizeLimit"] = "7999M"

    assert pipeline.problems() == []


def test_a_volume_on_disk_counts_into_no_memory(pipeline, shared_memory):
    shared_memory.update(sizeLimit="64Gi", mountPath="/scratch", medium="")

    assert pipeline.problems() == []


def test_two_volumes_of_one_name_are_refused(pipeline, shared_memory):
    pipeline.pod("Trainer")["emptyDirMounts"].append({**shared_memory, "mountPath": "/scratch"})

    assert pipeline.problem().startswith(
        "Trainer: two emptyDirMounts have the name 'shared-memory'"
    )
    assert "its own volumeName" in pipeline.problem()


@pytest.mark.parametrize("mount", [{"mountPath": "/served"}, claim("", "/served")])
def test_a_volume_without_a_claim_is_refused(pipeline, mount):
    pipeline.pod("Pusher")["pvcMount"] = [mount]

    assert pipeline.problem().startswith("Pusher: the pvcMount at /served names no claim")
    assert "set constant" in pipeline.problem()
