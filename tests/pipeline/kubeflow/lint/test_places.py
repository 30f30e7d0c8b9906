"""Places that steps read from and write to."""

from __future__ import annotations

import json

import pytest
import tensorflow as tf

from pipeline.kubeflow.lint import places
from tests.fakes.linted import Pipeline, constant


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


def test_a_push_root_that_is_a_relative_path_is_refused_in_each_step_that_looks_there(pipeline):
    default(pipeline, "served_folder", "served/flowers")

    read, pushed = pipeline.problems()
    assert read.startswith("BaselineModel: it reads from 'served/flowers' (served_folder), a rela")
    assert pushed.startswith("Pusher: it pushes to 'served/flowers' (served_folder), a relative")
    assert "an absolute path on a volume of this step" in pushed


@pytest.mark.parametrize("key", ["base_directory", "baseDirectory"])
def test_a_relative_destination_of_tfx_s_pusher_is_refused(pipeline, key):
    push_to(pipeline, "served/flowers", key)

    assert pipeline.problem().startswith("Pusher: it pushes to 'served/flowers' (push_destination)")
    assert "or a URI such as gs://bucket/folder" in pipeline.problem()


def test_a_destination_of_no_folder_is_refused(pipeline):
    push_to(pipeline, "")

    assert pipeline.problem().startswith("Pusher: it pushes to '' (push_destination)")


def test_a_destination_on_no_volume_of_the_step_is_refused(pipeline):
    push_to(pipeline, "/models/flowers")

    assert "'/models/flowers' (push_destination), which is on no volume" in pipeline.problem()


@pytest.mark.parametrize("folder", ["/servedmodels/flowers", "/served/../models"])
def test_a_path_that_only_begins_like_a_volumes_is_on_none(pipeline, folder):
    push_to(pipeline, folder)

    assert "which is on no volume of its pod" in pipeline.problem()


@pytest.mark.parametrize("field", ["emptyDirMounts", "genericEphemeralVolume"])
def test_a_destination_that_is_lost_with_the_pod_is_refused(pipeline, field):
    pipeline.pod("Pusher")[field] = [{"volumeName": "scratch", "mountPath": "/served/new"}]
    push_to(pipeline, "/served/new/flowers")

    assert f"on {field} 'scratch', which is lost with the pod" in pipeline.problem()


def test_a_destination_where_nothing_can_be_written_is_refused(pipeline):
    pipeline.pod("Pusher")["secretAsVolume"] = [{"secretName": "keys", "mountPath": "/keys"}]
    push_to(pipeline, "/keys/flowers")

    assert "on secretAsVolume 'keys', where nothing can be written" in pipeline.problem()


def test_images_on_a_volume_that_starts_empty_are_refused(pipeline):
    pipeline.pod("ImageExampleGen").clear()
    pipeline.pod("ImageExampleGen")["emptyDirMounts"] = [{"volumeName": "d", "mountPath": "/data"}]

    assert pipeline.problem().startswith("ImageExampleGen: it reads from '/data/flowers'")
    assert "which is empty when the pod starts" in pipeline.problem()


def test_images_in_a_folder_that_is_on_no_volume_are_refused(pipeline):
    default(pipeline, "data", "/photos")

    assert pipeline.problem().startswith("ImageExampleGen: it reads from '/photos' (input_base)")


def test_a_uri_needs_no_volume(pipeline):
    default(pipeline, "served_folder", "gs://bucket/served")
    default(pipeline, "data", "gs://bucket/flowers")
    pipeline.pod("Pusher").clear()

    assert pipeline.problems() == []


SCHEMES = ["s3", "hdfs", "minio", "http", "ram", "GS"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_images_at_a_uri_that_tensorflow_cannot_read_are_refused(pipeline, scheme):
    default(pipeline, "data", f"{scheme}://bucket/flowers")

    assert pipeline.problem().startswith(f"ImageExampleGen: it reads from '{scheme}://bucket/")
    assert f"TensorFlow here knows no {scheme}://: take gs:// or a volume" in pipeline.problem()


def test_a_push_root_at_a_uri_that_tensorflow_cannot_write_is_refused(pipeline):
    default(pipeline, "served_folder", "s3://bucket/served")

    read, pushed = pipeline.problems()
    assert read.startswith("BaselineModel: it reads from 's3://bucket/served' (served_folder)")
    assert pushed.startswith("Pusher: it pushes to 's3://bucket/served' (served_folder)")
    assert "knows no s3://: take gs:// or a volume" in pushed


def test_a_destination_of_tfx_s_pusher_that_tensorflow_cannot_write_is_refused(pipeline):
    push_to(pipeline, "s3://bucket/served")

    assert "TensorFlow here knows no s3://: take gs:// or a volume" in pipeline.problem()


def test_checkpoints_at_a_uri_that_tensorflow_cannot_write_are_refused(pipeline):
    resume_from(pipeline, "s3://bucket/checkpoints")

    assert pipeline.problem().startswith("Trainer: it resumes from 's3://bucket/checkpoints'")
    assert "TensorFlow here knows no s3://: take gs:// or a volume" in pipeline.problem()


def test_a_uri_with_a_password_is_refused_and_not_told(pipeline):
    default(pipeline, "data", "https://user:xoxb-planted@photos.example")

    assert "it reads from a URL with a password (input_base)" in " ".join(pipeline.problems())
    assert "xoxb-planted" not in " ".join(pipeline.problems())


def test_the_linter_knows_the_schemes_that_tensorflow_knows(pipeline):
    known = tf.io.gfile.get_registered_schemes()

    assert set(places.READABLE) <= set(known)
    assert not set(SCHEMES) - {"ram"} & set(known)  # What is in memory ends with the process.


def test_a_path_with_the_sign_of_a_uri_in_it_is_a_path(pipeline):
    default(pipeline, "data", "/photos/s3://bucket")

    assert "which is on no volume of its pod" in pipeline.problem()


def test_a_file_uri_on_a_volume_is_taken(pipeline):
    default(pipeline, "data", "file:///data/flowers")

    assert pipeline.problems() == []


def test_a_file_uri_is_a_path(pipeline):
    default(pipeline, "data", "file:///photos")

    assert "which is on no volume of its pod" in pipeline.problem()


@pytest.mark.parametrize("folder", ["checkpoints", "/checkpoints"])
def test_checkpoints_that_a_step_cannot_find_again_are_refused(pipeline, folder):
    resume_from(pipeline, folder)

    assert pipeline.problem().startswith(f"Trainer: it resumes from {folder!r} (checkpoints)")


@pytest.mark.parametrize(
    "folder", ["", "/tmp/checkpoints", "/dev/shm/x", "gs://bucket/checkpoints"]
)
def test_checkpoints_may_be_nowhere_on_scratch_or_at_a_uri(pipeline, folder):
    resume_from(pipeline, folder)

    assert pipeline.problems() == []


def test_a_custom_config_that_is_no_json_names_no_place(pipeline):
    pipeline.parameters("Trainer")["custom_config"] = constant("checkpoints")

    assert pipeline.problems() == []
