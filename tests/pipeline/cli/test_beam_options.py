"""The engine for Beam, as users name it to the commands."""

from __future__ import annotations

import json

import pytest
import typer
import yaml
from typer.testing import CliRunner

from pipeline import beam as engines
from pipeline.cli import beam_options
from pipeline.cli.app import app

JOB_SERVER = "job_endpoint=localhost:8099"
ON_FLINK = ["--beam-runner", "flink", "--beam", JOB_SERVER]
FLINK = {"runner": "flink", "job_endpoint": "localhost:8099", "shared": "/shared"}
DATAFLOW = {
    "runner": "dataflow",
    "project": "flowers-1",
    "region": "europe-west1",
    "temp_location": "gs://bucket/temp",
    "image": "registry.example/fcn:1.0",
    "shared": "gs://bucket/exchange",
}
VARIABLES = ("FCN_IMAGE", "FCN_CLUSTER", "FCN_DATA", "FCN_WORKDIR", "FCN_PUSH_ROOT")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The folder that the user is in, in a shell with none of the project's variables."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def fcn(*words):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, words)


def args(runner="", *options, data="/data/flowers", workdir="/runs/flowers"):
    """Beam's arguments for a run of flowers."""
    return beam_options.read_local_args(
        runner, list(options), "flowers", data=data, workdir=workdir
    )


def refusal(capsys, *given, **places) -> str:
    """What is said when a run is refused as wrong use."""
    with pytest.raises(typer.Exit) as refused:
        args(*given, **places)
    assert refused.value.exit_code == 2
    return capsys.readouterr().err


def beam_args_of(package):
    """What a compiled pipeline hands to Beam in its first step."""
    spec, _ = yaml.safe_load_all(package.read_text("utf-8"))
    executors = spec["deploymentSpec"]["executors"]
    return executors["ImageExampleGen_executor"]["container"]["args"]


def compiled(home, beam, *words, **settings):
    """The command, with a file of the cluster that names an engine."""
    file = home / "cluster.yaml"
    file.write_text(json.dumps({"image": "registry.example/fcn:1.0", "beam": beam, **settings}))
    return fcn("compile", "flowers", "--cluster", str(file), *words)


def test_a_run_stays_in_its_process_where_no_engine_is_named():
    assert args(data="flowers", workdir="") == engines.IN_PROCESS


def test_a_run_on_flink_hands_its_jobs_to_the_job_server():
    given = args("flink", JOB_SERVER, "parallelism=2")

    assert "--job_endpoint=localhost:8099" in given
    assert "--parallelism=2" in given


def test_a_run_on_flink_refuses_the_folder_that_stands_where_none_is_given(capsys):
    said = refusal(capsys, "flink", JOB_SERVER, workdir="")

    assert "--workdir=runs/flowers is relative" in said


@pytest.mark.parametrize(("name", "option"), [("FCN_DATA", "data"), ("FCN_WORKDIR", "workdir")])
def test_the_variables_stand_in_for_the_options(capsys, monkeypatch, name, option):
    monkeypatch.setenv(name, "photographs")

    said = refusal(capsys, "flink", JOB_SERVER, **{option: ""})

    assert f"--{option}=photographs is relative" in said


def test_a_run_on_this_machine_is_not_dataflows(capsys):
    said = refusal(capsys, "dataflow", "project=a")

    assert "--beam-runner dataflow" in said
    assert "`fcn compile`" in said


@pytest.mark.parametrize("engine", [(), ("flink", JOB_SERVER)])
def test_a_run_on_this_machine_has_no_use_for_a_shared_folder(capsys, engine):
    runner, *options = engine or [""]

    assert "--beam shared=/x is for Kubeflow" in refusal(capsys, runner, *options, "shared=/x")


@pytest.mark.parametrize("command", ["run", "compile"])
def test_the_commands_refuse_flink_without_a_job_server(command):
    result = fcn(command, "flowers", "--data", "/data/flowers", "--beam-runner", "flink")

    assert result.exit_code == 2
    assert "beam.job_endpoint is missing" in result.output


def test_a_run_refuses_a_relative_folder_for_workers_elsewhere():
    result = fcn("run", "flowers", "--data", "photographs", *ON_FLINK)

    assert result.exit_code == 2
    assert "--data=photographs is relative" in result.output


def test_a_run_for_workers_elsewhere_asks_for_the_images_that_nobody_gives():
    result = fcn("run", "flowers", *ON_FLINK)

    assert result.exit_code == 2
    assert result.stderr == "fcn: No folder of images: give --data, or set FCN_DATA.\n"


def test_compiling_lays_options_over_the_engine_of_the_clusters_file(home):
    done = compiled(home, FLINK, "--beam", "parallelism=8")

    assert done.exit_code == 0, done.output
    wanted = {"--job_endpoint=localhost:8099", "--parallelism=8", "--shared_folder=/shared"}
    assert wanted <= set(beam_args_of(home / "flowers.yaml"))


def test_compiling_for_another_engine_leaves_that_of_the_file_out(home):
    done = compiled(home, FLINK, "--beam-runner", "direct")

    assert done.exit_code == 0, done.output
    assert set(engines.IN_PROCESS) <= set(beam_args_of(home / "flowers.yaml"))
    assert "--job_endpoint=localhost:8099" not in beam_args_of(home / "flowers.yaml")


def test_compiling_for_dataflow_takes_the_bucket_that_is_given(home):
    done = compiled(home, DATAFLOW, "--data", "gs://bucket/flowers")

    assert done.exit_code == 0, done.output
    assert "--project=flowers-1" in beam_args_of(home / "flowers.yaml")


def test_compiling_for_dataflow_asks_for_the_images_that_nobody_gives(home):
    done = compiled(home, DATAFLOW)

    assert done.exit_code == 2
    assert "data is missing" in done.output
