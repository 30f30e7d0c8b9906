"""`fcn predict --bulk`, as typed."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from tests.fakes import saved_models
from tests.fakes.image_files import put
from tests.fakes.saved_models import draw


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, list(map(str, arguments)))


def test_a_folder_is_answered_and_the_rejects_are_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    saved_models.publish(tmp_path / "served" / "colours", 1)
    put(tmp_path, {"in/a.png": draw("red"), "in/b.png": b"none"})

    done = run("predict", "--bulk", "in", "out.tfrecord")

    assert done.exit_code == 1, done.output
    assert "2 images: 1 answered, 1 not." in done.stdout
    assert json.loads((tmp_path / "out.tfrecord/summary.json").read_text())["answers"] == 1
    assert list((tmp_path / "out.tfrecord").glob("answers-*.tfrecord"))


def test_the_model_is_in_the_push_root_of_runs_if_no_other_is_given(monkeypatch):
    monkeypatch.setenv("FCN_PUSH_ROOT", "of_runs")

    assert "of_runs" in run("predict", "--bulk", "in", "out").stderr
    assert "elsewhere" in run("predict", "--bulk", "in", "out", "--model", "elsewhere").stderr


@pytest.mark.parametrize(
    ("options", "named"),
    [
        pytest.param(["--format", "hdf5"], "--format hdf5", id="format"),
        pytest.param(["--model", "nowhere"], "nowhere", id="model"),
        pytest.param(["--beam-runner", "flink"], "beam.job_endpoint", id="engine"),
        pytest.param(["--beam", "shared=/x"], "--beam shared=/x", id="kubeflow-only"),
    ],
)
def test_wrong_use_is_named(tmp_path, monkeypatch, options, named):
    monkeypatch.chdir(tmp_path)
    saved_models.publish(tmp_path / "served" / "colours", 1)

    done = run("predict", "--bulk", "in", "out", *options)

    assert done.exit_code == 2
    assert named in done.stderr


def test_dataflow_sees_only_buckets(tmp_path):
    settings = [f"--beam={name}=x" for name in ("project", "region", "image")]
    engine = ["--beam-runner", "dataflow", *settings, "--beam", "temp_location=gs://b/temp"]

    done = run("predict", "--bulk", tmp_path, "gs://b/out", "--model", "gs://b/model", *engine)

    assert done.exit_code == 2
    assert f"IN={tmp_path}: Dataflow's workers see only buckets" in done.stderr


def test_each_form_of_predict_has_its_own_options():
    one, many = (
        " ".join(run("predict", *form, "--help").stdout.split()) for form in ([], ["--bulk"])
    )

    assert "--server" in one
    assert "predict --bulk" in one
    assert "--beam-runner" in many
    assert "--server" not in many
