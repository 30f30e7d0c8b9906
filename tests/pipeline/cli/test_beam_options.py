"""The options of the commands for Beam's engine."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from pipeline import beam as engines
from pipeline.cli import beam_options
from pipeline.cli.app import app
from pipeline.kubeflow import compiled

JOB_SERVER = "job_endpoint=localhost:8099"
ON_FLINK = ["--beam-runner", "flink", "--beam", JOB_SERVER]
FLINK = {"runner": "flink", "job_endpoint": "localhost:8099", "shared": "/shared"}
VARIABLES = ("FCN_IMAGE", "FCN_CLUSTER", "FCN_DATA", "FCN_WORKDIR", "FCN_PUSH_ROOT")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The user's working directory, in a shell without variables of the project."""
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
    """The message of a run that is refused as wrong use."""
    with pytest.raises(typer.Exit) as refused:
        args(*given, **places)
    assert refused.value.exit_code == 2
    return capsys.readouterr().err


def read_beam_args(package):
    """The arguments of the first step of a compiled pipeline."""
    executors = compiled.read(package.read_bytes()).executors
    return executors["ImageExampleGen_executor"].container.args


def compile_flowers(home, beam, *words, **settings):
    """Compiles with a cluster's file that names an engine."""
    file = home / "cluster.yaml"
    file.write_text(json.dumps({"image": "registry.example/fcn:1.0", "beam": beam, **settings}))
    return fcn("compile", "flowers", "--cluster", str(file), *words)


def test_by_default_a_run_stays_in_its_process():
    assert args(data="flowers", workdir="") == engines.IN_PROCESS


def test_a_run_on_flink_sends_its_jobs_to_the_job_server():
    given = args("flink", JOB_SERVER, "parallelism=2")

    assert "--job_endpoint=localhost:8099" in given
    assert "--parallelism=2" in given


def test_a_run_on_flink_refuses_the_default_folder_because_it_is_relative(capsys):
    message = refusal(capsys, "flink", JOB_SERVER, workdir="")

    assert "--workdir=runs/flowers is relative" in message


@pytest.mark.parametrize(("name", "option"), [("FCN_DATA", "data"), ("FCN_WORKDIR", "workdir")])
def test_folders_from_variables_are_checked_too(capsys, monkeypatch, name, option):
    monkeypatch.setenv(name, "photographs")

    message = refusal(capsys, "flink", JOB_SERVER, **{option: ""})

    assert f"--{option}=photographs is relative" in message


def test_a_run_on_this_machine_refuses_dataflow(capsys):
    message = refusal(capsys, "dataflow", "project=a")

    assert "--beam-runner dataflow" in message
    assert "`fcn compile`" in message


@pytest.mark.parametrize("engine", [(), ("flink", JOB_SERVER)])
def test_a_run_on_this_machine_refuses_a_shared_folder(capsys, engine):
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


def test_options_override_the_engine_of_the_clusters_file(home):
    done = compile_flowers(home, FLINK, "--beam", "parallelism=8")

    assert done.exit_code == 0, done.output
    wanted = {"--job_endpoint=localhost:8099", "--parallelism=8", "--shared_folder=/shared"}
    assert wanted <= set(read_beam_args(home / "flowers.yaml"))
