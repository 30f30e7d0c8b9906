"""`fcn compile` and `fcn rehearse`: their files, output and exit codes."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest
import tensorflow as tf
import yaml
from google.protobuf import text_format
from tensorflow_model_analysis.proto import validation_result_pb2
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.kubeflow import compilation
from pipeline.kubeflow.rehearsal import run
from pipeline.kubeflow.rehearsal.outcome import TaskState
from tests.fakes.kubeflow.fake_rehearsal import EVALUATION, FakeRehearsal, read_images

IMAGE = "registry.example/fcn-pipeline:1.0"
VARIABLES = ("FCN_IMAGE", "FCN_CLUSTER", "FCN_DATA", "FCN_WORKDIR", "FCN_PUSH_ROOT")
BELOW = """
metric_validations_per_slice {
  slice_key { single_slice_keys { column: "image/class/text" bytes_value: "roses" } }
  failures {
    metric_key { name: "accuracy" }
    metric_value { double_value { value: 0.25 } }
    metric_threshold { value_threshold { lower_bound { value: 0.4 } } }
  }
}
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The user's working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


def fcn(*words, **environment):
    """Runs the command in a shell with these variables of the project and no others."""
    env = {"COLUMNS": "200", **dict.fromkeys(VARIABLES), **environment}
    return CliRunner(env=env).invoke(app.app, [str(word) for word in words])


def write_cluster_file(folder, **settings):
    (folder / "cluster.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    return folder / "cluster.yaml"


def test_a_pipeline_is_written_to_the_output_file(home):
    done = fcn("compile", "flowers", "--image", IMAGE, "-o", "deep/graph.yaml")

    assert done.exit_code == 0, done.output
    assert read_images(home / "deep/graph.yaml") == {IMAGE}
    assert "fcn schedule upload deep/graph.yaml" in done.stdout


def test_by_default_the_file_is_named_after_the_experiment(home):
    done = fcn("compile", "flowers", FCN_IMAGE=IMAGE)

    assert done.exit_code == 0, done.output
    assert read_images(home / "flowers.yaml") == {IMAGE}


def test_a_variable_may_name_the_clusters_file(home):
    file = write_cluster_file(home, image=IMAGE, push_root="/served/deep")

    done = fcn("compile", "flowers", FCN_CLUSTER=str(file))

    assert read_images(home / "flowers.yaml") == {IMAGE}
    assert "served_folder = /served/deep/flowers" in done.stdout


def test_the_parameters_of_a_run_are_shown_with_their_defaults():
    done = fcn("compile", "flowers", "--image", IMAGE, "--data", "/data/photographs")

    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[:3] == [
        "data = /data/photographs",
        "served_folder = /served/flowers",
        "served_version = newest",
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        pytest.param([], "No image for the steps: give --image", id="no-image"),
        pytest.param(["--image", "fcn:latest"], "Kubeflow would not run this", id="linter"),
        pytest.param(["--cluster", "absent.yaml"], "absent.yaml cannot be read", id="cluster"),
        pytest.param(["--image", IMAGE, "--data", "photographs"], "a relative path", id="data"),
    ],
)
def test_a_pipeline_that_kubeflow_would_not_run_is_not_written(home, words, text):
    done = fcn("compile", "flowers", *words)

    assert done.exit_code == 2
    assert text in done.stderr
    assert [path.name for path in home.iterdir()] == ["data"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        pytest.param(["flowers"], "give --data, or set FCN_DATA", id="none"),
        pytest.param(["images", "--data", "absent"], "absent", id="absent"),
    ],
)
def test_a_rehearsal_without_images_is_refused(words, text):
    done = fcn("rehearse", *words)

    assert done.exit_code == 2
    assert text in done.stderr


@pytest.fixture
def rehearsal(home, monkeypatch):
    rehearsal = FakeRehearsal(home)
    monkeypatch.setattr(run, "rehearse", rehearsal)
    return rehearsal


def rehearse(*words, **environment):
    return fcn("rehearse", "flowers", "--data", "data", *words, **environment)


def test_a_rehearsal_prints_what_it_pushed(rehearsal):
    done = rehearse()

    assert done.exit_code == 0, done.output
    assert "Pushed: served/flowers/1" in done.stdout


@pytest.mark.parametrize(
    ("log", "text"),
    [
        pytest.param(Path("store/Pusher.log"), "see store/Pusher.log.", id="log"),
        pytest.param(None, "no such image.", id="no-log"),
    ],
)
def test_a_failed_rehearsal_has_exit_code_1_and_names_the_step_and_its_log(rehearsal, log, text):
    rehearsal.succeeded, rehearsal.state, rehearsal.log = False, TaskState.FAILED, log

    done = rehearse()

    assert done.exit_code == 1
    assert f"Pusher failed: {text}" in done.stderr


def test_a_rehearsal_that_pushed_nothing_says_why(rehearsal):
    rehearsal.pushed = {"pushed": 0}
    result = text_format.Parse(BELOW, validation_result_pb2.ValidationResult())
    file = rehearsal.store.find_path(EVALUATION) / "validations-00000-of-00001.tfrecord"
    file.parent.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        writer.write(result.SerializeToString())

    done = rehearse()

    assert done.exit_code == 3
    assert "Nothing was pushed." in done.stderr
    assert "accuracy on label roses is 0.250; the gate requires at least 0.4." in done.stderr


def test_a_rehearsal_ignores_the_folders_of_real_runs(rehearsal, home):
    rehearse(FCN_PUSH_ROOT=str(home / "live"), FCN_WORKDIR=str(home / "real"))

    assert rehearsal.workdir == home / "runs/flowers-rehearsal"
    assert rehearsal.parameters == {
        "data": str(home / "data"),
        "served_folder": str(home / "runs/flowers-rehearsal/served/flowers"),
    }


def test_a_rehearsal_pushes_to_the_folder_given(rehearsal, home):
    rehearse("--workdir", "w", "--push-root", "versions")

    assert rehearsal.parameters["served_folder"] == str(home / "versions/flowers")


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        pytest.param(["--image", IMAGE], {}, id="option"),
        pytest.param([], {"FCN_IMAGE": IMAGE}, id="variable"),
        pytest.param(["--cluster", "cluster.yaml"], {}, id="cluster"),
    ],
)
def test_a_rehearsal_compiles_with_the_image_given(rehearsal, home, words, environment):
    write_cluster_file(home, image=IMAGE)

    assert rehearse(*words, **environment).exit_code == 0
    assert rehearsal.image == {IMAGE}


def test_a_rehearsal_needs_no_image(rehearsal):
    assert rehearse().exit_code == 0
    assert rehearsal.image == {"fcn-pipeline:rehearsal"}


def test_a_rehearsal_refuses_checkpoints_that_a_cluster_would_lose(rehearsal, home):
    write_cluster_file(home, checkpoints="/checkpoints/flowers")

    done = rehearse("--cluster", "cluster.yaml")

    assert done.exit_code == 2
    assert "[path-without-volume]" in done.stderr


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (tf.errors.PermissionDeniedError, 1, "/x/y.yaml cannot be read or written"),
        (tf.errors.FailedPreconditionError, 2, "/x/y.yaml"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence(monkeypatch, error, code, words):
    text = "Permission denied" if code == 1 else "Is a directory"
    refusal = error(None, None, f"/x/y.yaml; {text}")
    monkeypatch.setattr(compilation, "compile_to", Mock(side_effect=refusal))

    done = CliRunner().invoke(app.app, ["compile", "flowers", "--image", IMAGE, "--data", "/data"])

    assert done.exit_code == code
    assert words in done.stderr
