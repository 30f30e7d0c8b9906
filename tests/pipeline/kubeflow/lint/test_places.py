"""Places that steps read from and write to."""

from __future__ import annotations

import json

import pytest
import tensorflow as tf

from pipeline.kubeflow.lint import places
from tests.fakes.kubeflow.linted import Pipeline, constant


@pytest.fixture
def pipeline():
    return Pipeline()


def default(pipeline, name, value):
    pipeline.root["inputDefinitions"]["parameters"][name]["defaultValue"] = value


def push_to(pipeline, folder, key="base_directory"):
    pipeline.give("Pusher", "push_destination", json.dumps({"filesystem": {key: folder}}))


def resume_from(pipeline, folder):
    config = constant(json.dumps({"checkpoints": folder}))
    pipeline.parameters("Trainer")["custom_config"] = config


def test_a_relative_push_root_is_refused_in_each_step_that_uses_it(pipeline):
    default(pipeline, "served_folder", "served/flowers")

    assert pipeline.broken() == [("relative-path", "BaselineModel"), ("relative-path", "Pusher")]
    assert all("'served/flowers'" in problem.message for problem in pipeline.problems())


@pytest.mark.parametrize("key", ["base_directory", "baseDirectory"])
def test_a_relative_destination_of_tfx_s_pusher_is_refused(pipeline, key):
    push_to(pipeline, "served/flowers", key)

    assert pipeline.broken() == [("relative-path", "Pusher")]
    assert "push_destination" in pipeline.problem().message


def test_an_empty_destination_is_refused(pipeline):
    push_to(pipeline, "")

    assert pipeline.broken() == [("relative-path", "Pusher")]
    assert "push_destination" in pipeline.problem().message


def test_a_destination_on_no_volume_of_the_step_is_refused(pipeline):
    push_to(pipeline, "/models/flowers")

    assert pipeline.broken() == [("path-without-volume", "Pusher")]
    assert "'/models/flowers'" in pipeline.problem().message


@pytest.mark.parametrize("folder", ["/servedmodels/flowers", "/served/../models"])
def test_a_path_that_only_begins_like_a_mount_path_is_not_on_the_volume(pipeline, folder):
    push_to(pipeline, folder)

    assert pipeline.broken() == [("path-without-volume", "Pusher")]
    assert folder in pipeline.problem().message


@pytest.mark.parametrize("field", ["emptyDirMounts", "genericEphemeralVolume"])
def test_a_destination_that_is_lost_with_the_pod_is_refused(pipeline, field):
    pipeline.pod("Pusher")[field] = [{"volumeName": "scratch", "mountPath": "/served/new"}]
    push_to(pipeline, "/served/new/flowers")

    assert pipeline.broken() == [("path-lost-with-pod", "Pusher")]
    assert field in pipeline.problem().message


def test_a_read_only_destination_is_refused(pipeline):
    pipeline.pod("Pusher")["secretAsVolume"] = [{"secretName": "keys", "mountPath": "/keys"}]
    push_to(pipeline, "/keys/flowers")

    assert pipeline.broken() == [("path-read-only", "Pusher")]
    assert "'keys'" in pipeline.problem().message


def test_images_on_a_volume_that_starts_empty_are_refused(pipeline):
    pipeline.pod("ImageExampleGen").clear()
    pipeline.pod("ImageExampleGen")["emptyDirMounts"] = [{"volumeName": "d", "mountPath": "/data"}]

    assert pipeline.broken() == [("path-empty-at-start", "ImageExampleGen")]
    assert "'/data/flowers'" in pipeline.problem().message


def test_images_in_a_folder_that_is_on_no_volume_are_refused(pipeline):
    default(pipeline, "data", "/photos")

    assert pipeline.broken() == [("path-without-volume", "ImageExampleGen")]
    assert "'/photos'" in pipeline.problem().message


def test_a_uri_needs_no_volume(pipeline):
    default(pipeline, "served_folder", "gs://bucket/served")
    default(pipeline, "data", "gs://bucket/flowers")
    pipeline.pod("Pusher").clear()

    assert pipeline.problems() == []


SCHEMES = ["s3", "hdfs", "minio", "http", "ram", "GS"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_images_at_a_uri_that_tensorflow_cannot_read_are_refused(pipeline, scheme):
    default(pipeline, "data", f"{scheme}://bucket/flowers")

    assert pipeline.broken() == [("unsupported-scheme", "ImageExampleGen")]
    assert f"{scheme}://" in pipeline.problem().message


def test_a_push_root_at_a_uri_that_tensorflow_cannot_write_is_refused(pipeline):
    default(pipeline, "served_folder", "s3://bucket/served")

    assert pipeline.broken() == [
        ("unsupported-scheme", "BaselineModel"),
        ("unsupported-scheme", "Pusher"),
    ]


def test_a_uri_with_a_password_is_refused_and_not_shown(pipeline):
    default(pipeline, "data", "https://user:xoxb-planted@photos.example")

    assert pipeline.broken() == [
        ("password-in-url", "ImageExampleGen"),
        ("unsupported-scheme", "ImageExampleGen"),
    ]
    assert "xoxb-planted" not in " ".join(map(str, pipeline.problems()))


def test_the_linter_knows_the_schemes_that_tensorflow_knows(pipeline):
    known = tf.io.gfile.get_registered_schemes()

    assert set(places.READABLE) <= set(known)
    assert not set(SCHEMES) - {"ram"} & set(known)  # What is in memory ends with the process.


def test_a_path_that_contains_a_uri_is_a_path(pipeline):
    default(pipeline, "data", "/photos/s3://bucket")

    assert pipeline.broken() == [("path-without-volume", "ImageExampleGen")]


def test_a_file_uri_on_a_volume_is_accepted(pipeline):
    default(pipeline, "data", "file:///data/flowers")

    assert pipeline.problems() == []


def test_a_file_uri_is_a_path(pipeline):
    default(pipeline, "data", "file:///photos")

    assert pipeline.broken() == [("path-without-volume", "ImageExampleGen")]


@pytest.mark.parametrize(
    ("folder", "rule"),
    [("checkpoints", "relative-path"), ("/checkpoints", "path-without-volume")],
)
def test_checkpoints_that_are_lost_with_the_pod_are_refused(pipeline, folder, rule):
    resume_from(pipeline, folder)

    assert pipeline.broken() == [(rule, "Trainer")]
    assert repr(folder) in pipeline.problem().message


@pytest.mark.parametrize(
    "folder", ["", "/tmp/checkpoints", "/dev/shm/x", "gs://bucket/checkpoints"]
)
def test_checkpoints_may_be_absent_on_scratch_or_at_a_uri(pipeline, folder):
    resume_from(pipeline, folder)

    assert pipeline.problems() == []


def test_a_custom_config_other_than_json_is_accepted(pipeline):
    pipeline.parameters("Trainer")["custom_config"] = constant("checkpoints")

    assert pipeline.problems() == []
