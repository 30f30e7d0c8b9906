"""`fcn compile` and `fcn rehearse`: what they write and read, and their exit codes."""

from __future__ import annotations

import pytest
import tensorflow as tf
import yaml
from google.protobuf import text_format
from tensorflow_model_analysis.proto import validation_result_pb2
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.kubeflow.rehearsal import run
from pipeline.kubeflow.rehearsal.outcome import Artifact, Outputs, Rehearsal, State, TaskRun
from pipeline.kubeflow.rehearsal.store import ObjectStore

IMAGE = "registry.example/fcn-pipeline:1.0"
VARIABLES = ("FCN_IMAGE", "FCN_CLUSTER", "FCN_DATA", "FCN_WORKDIR", "FCN_PUSH_ROOT")
EVALUATION = "minio://bucket/evaluation"
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
    """The folder that the user is in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


def fcn(*words, **environment):
    """The command in a shell with these variables, and no others of the project."""
    env = {"COLUMNS": "200", **dict.fromkeys(VARIABLES), **environment}
    return CliRunner(env=env).invoke(app.app, [str(word) for word in words])


def images(path):
    """Those that the steps of a compiled pipeline run in."""
    spec, _ = yaml.safe_load_all(path.read_text("utf-8"))
    executors = spec["deploymentSpec"]["executors"].values()
    return {executor["container"]["image"] for executor in executors}


def file_of_cluster(folder, **settings):
    (folder / "cluster.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    return folder / "cluster.yaml"


def test_a_pipeline_is_written_to_the_file_that_is_named(home):
    done = fcn("compile", "flowers", "--image", IMAGE, "-o", "deep/graph.yaml")

    assert done.exit_code == 0, done.output
    assert images(home / "deep/graph.yaml") == {IMAGE}
    assert "fcn schedule upload deep/graph.yaml" in done.stdout


def test_without_a_name_the_file_has_the_experiments(home):
    done = fcn("compile", "flowers", FCN_IMAGE=IMAGE)

    assert done.exit_code == 0, done.output
    assert images(home / "flowers.yaml") == {IMAGE}


def test_the_clusters_file_may_be_named_by_a_variable(home):
    file = file_of_cluster(home, image=IMAGE, push_root="/served/deep")

    done = fcn("compile", "flowers", FCN_CLUSTER=str(file))

    assert images(home / "flowers.yaml") == {IMAGE}
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
    ("words", "said"),
    [
        pytest.param([], "No image for the steps: give --image", id="no-image"),
        pytest.param(["--image", "fcn:latest"], "Kubeflow would not run this", id="linter"),
        pytest.param(["--cluster", "absent.yaml"], "absent.yaml cannot be read", id="cluster"),
        pytest.param(["--image", IMAGE, "--data", "photographs"], "a relative path", id="data"),
    ],
)
def test_what_kubeflow_would_not_run_is_refused_and_not_written(home, words, said):
    done = fcn("compile", "flowers", *words)

    assert done.exit_code == 2
    assert said in done.stderr
    assert [path.name for path in home.iterdir()] == ["data"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["flowers"], "give --data, or set FCN_DATA", id="none"),
        pytest.param(["images", "--data", "absent"], "absent", id="absent"),
    ],
)
def test_a_rehearsal_of_no_images_is_refused(words, said):
    done = fcn("rehearse", *words)

    assert done.exit_code == 2
    assert said in done.stderr


class Played:
    """In the place of the rehearsal: notes what it is asked for, and hands in a made-up end."""

    def __init__(self, workdir):
        self.succeeded = True
        self.pushed = {"pushed": 1, "pushed_destination": "served/flowers/1"}
        self.store = ObjectStore(workdir / "store")

    def __call__(self, package, *, workdir, parameters, options):
        self.image, self.workdir, self.parameters = images(package), workdir, parameters
        artifacts = {
            "Evaluator": {"evaluation": Artifact(1, EVALUATION, {})},
            "Pusher": {"pushed_model": Artifact(2, "minio://bucket/pushed", self.pushed)},
        }
        tasks = {
            name: TaskRun(name, place=1, steps=2, state=State.SUCCEEDED, outputs=Outputs(made))
            for name, made in artifacts.items()
        }
        return Rehearsal("1", self.succeeded, tasks, self.store)


@pytest.fixture
def played(home, monkeypatch):
    found = Played(home)
    monkeypatch.setattr(run, "rehearse", found)
    return found


def rehearse(*words, **environment):
    return fcn("rehearse", "flowers", "--data", "data", *words, **environment)


def test_a_rehearsal_says_what_it_pushed(played):
    done = rehearse()

    assert done.exit_code == 0, done.output
    assert "Pushed: served/flowers/1" in done.stdout


def test_a_rehearsal_that_failed_has_the_code_of_a_failure(played):
    played.succeeded = False

    done = rehearse()

    assert done.exit_code == 1
    assert "The rehearsal ended as FAILED." in done.stderr


def test_a_rehearsal_that_pushed_nothing_says_why(played):
    played.pushed = {"pushed": 0}
    result = text_format.Parse(BELOW, validation_result_pb2.ValidationResult())
    file = played.store.path(EVALUATION) / "validations-00000-of-00001.tfrecord"
    file.parent.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        writer.write(result.SerializeToString())

    done = rehearse()

    assert done.exit_code == 3
    assert "Nothing was pushed." in done.stderr
    assert "accuracy on label roses is 0.250; the gate asks for 0.4." in done.stderr


def test_a_rehearsal_pushes_below_its_own_folder_whatever_real_runs_do(played, home):
    rehearse(FCN_PUSH_ROOT=str(home / "live"), FCN_WORKDIR=str(home / "real"))

    assert played.workdir == home / "runs/flowers-rehearsal"
    assert played.parameters == {
        "data": str(home / "data"),
        "served_folder": str(home / "runs/flowers-rehearsal/served/flowers"),
    }


def test_a_rehearsal_pushes_to_the_folder_that_is_named(played, home):
    rehearse("--workdir", "w", "--push-root", "versions")

    assert played.parameters["served_folder"] == str(home / "versions/flowers")


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        pytest.param(["--image", IMAGE], {}, id="option"),
        pytest.param([], {"FCN_IMAGE": IMAGE}, id="variable"),
        pytest.param(["--cluster", "cluster.yaml"], {}, id="cluster"),
    ],
)
def test_a_rehearsal_is_of_the_image_that_is_named(played, home, words, environment):
    file_of_cluster(home, image=IMAGE)

    assert rehearse(*words, **environment).exit_code == 0
    assert played.image == {IMAGE}


def test_a_rehearsal_needs_no_image(played):
    assert rehearse().exit_code == 0
    assert played.image == {"fcn-pipeline:rehearsal"}


def test_a_rehearsal_refuses_the_checkpoints_that_a_cluster_would_lose(played, home):
    file_of_cluster(home, checkpoints="/checkpoints/flowers")

    done = rehearse("--cluster", "cluster.yaml")

    assert done.exit_code == 2
    assert "[path-without-volume]" in done.stderr
