"""Volumes and where they are mounted."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline, claim


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.fixture
def shared_memory(pipeline):
    return pipeline.pod("Trainer")["emptyDirMounts"][0]


@pytest.mark.parametrize("path", ["models", "", "/", "./models"])
def test_a_mount_path_that_is_not_absolute_is_refused(pipeline, path):
    pipeline.pod("Trainer")["pvcMount"] = [claim("fcn-models", path)]

    assert pipeline.broken() == [("bad-mount-path", "Trainer")]
    assert repr(path) in pipeline.problem().message


@pytest.mark.parametrize("path", ["/dev/shm", "/dev/shm/", "/dev/./shm"])
def test_two_volumes_at_one_path_are_refused(pipeline, path):
    pipeline.pod("Trainer")["pvcMount"] = [claim("fcn-models", path)]

    assert pipeline.broken() == [("mount-path-taken", "Trainer")]
    assert "/dev/shm" in pipeline.problem().message


def test_a_volume_at_a_path_of_the_launcher_is_refused(pipeline):
    pipeline.pod("Trainer")["pvcMount"] = [claim("fcn-models", "/minio")]

    assert pipeline.broken() == [("mount-path-taken", "Trainer")]
    assert "/minio" in pipeline.problem().message


def test_shared_memory_without_a_limit_is_refused(pipeline, shared_memory):
    del shared_memory["sizeLimit"]

    assert pipeline.broken() == [("shared-memory-without-limit", "Trainer")]


def test_shared_memory_on_disk_is_refused(pipeline, shared_memory):
    del shared_memory["medium"]

    assert pipeline.broken() == [("shared-memory-on-disk", "Trainer")]


@pytest.mark.parametrize("size", ["8 gigs", "8GB", "-1", "one", "1 Gi"])
def test_an_invalid_size_is_refused(pipeline, shared_memory, size):
    shared_memory["sizeLimit"] = size

    assert pipeline.broken() == [("bad-volume-size", "Trainer")]
    assert repr(size) in pipeline.problem().message


@pytest.mark.parametrize("size", ["8G", "8Gi", "64Gi"])
@pytest.mark.parametrize("path", ["/dev/shm", "/scratch"])
def test_a_volume_of_memory_that_leaves_nothing_for_the_program_is_refused(
    pipeline, shared_memory, size, path
):
    shared_memory.update(sizeLimit=size, mountPath=path)

    assert pipeline.broken() == [("memory-volume-too-large", "Trainer")]
    assert size in pipeline.problem().message


def test_a_volume_of_memory_that_leaves_some_for_the_program_is_accepted(pipeline, shared_memory):
    shared_memory["sizeLimit"] = "7999M"

    assert pipeline.problems() == []


def test_a_volume_on_disk_does_not_count_as_memory(pipeline, shared_memory):
    shared_memory.update(sizeLimit="64Gi", mountPath="/scratch", medium="")

    assert pipeline.problems() == []


def test_two_volumes_of_one_name_are_refused(pipeline, shared_memory):
    pipeline.pod("Trainer")["emptyDirMounts"].append({**shared_memory, "mountPath": "/scratch"})

    assert pipeline.broken() == [("duplicate-volume-name", "Trainer")]
    assert "'shared-memory'" in pipeline.problem().message


@pytest.mark.parametrize("mount", [{"mountPath": "/served"}, claim("", "/served")])
def test_a_volume_without_a_claim_is_refused(pipeline, mount):
    pipeline.pod("Pusher")["pvcMount"] = [mount]

    assert pipeline.broken() == [("claim-without-name", "Pusher")]
    assert "/served" in pipeline.problem().message


def test_a_claim_that_kubernetes_refuses_is_refused(pipeline):
    pipeline.pod("Pusher")["pvcMount"][0]["constant"] = "My Claim"

    assert pipeline.broken() == [("bad-claim-name", "Pusher")]
