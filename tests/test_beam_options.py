"""The engine for Beam, as users name it to the commands."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from pipeline import beam_options, beam_runner
from pipeline.cli import app
from pipeline.settings import Cluster

JOB_SERVER = "job_endpoint=localhost:8099"
PLACES = {"--data": "/data/flowers", "--workdir": "/runs/flowers"}


def refusal(capsys, call, *args) -> str:
    """What is said when a call is refused as wrong use."""
    with pytest.raises(typer.Exit) as refused:
        call(*args)
    assert refused.value.exit_code == 2
    return capsys.readouterr().err


def test_a_run_stays_in_its_process_where_no_engine_is_named():
    assert beam_options.for_run("", [], {"--data": "flowers"}) == beam_runner.IN_PROCESS


def test_a_run_on_flink_hands_its_jobs_to_the_job_server():
    args = beam_options.for_run("flink", [JOB_SERVER, "parallelism=2"], PLACES)

    assert "--job_endpoint=localhost:8099" in args
    assert "--parallelism=2" in args


def test_a_run_on_flink_refuses_the_folder_that_stands_where_none_is_given(capsys, monkeypatch):
    monkeypatch.delenv("FCN_WORKDIR", raising=False)
    places = beam_options.places("flowers", data="/data/flowers", workdir="")

    said = refusal(capsys, beam_options.for_run, "flink", [JOB_SERVER], places)

    assert "--workdir=runs/flowers is relative" in said


def test_the_variables_stand_in_for_the_options(monkeypatch):
    monkeypatch.setenv("FCN_DATA", "photographs")
    monkeypatch.setenv("FCN_WORKDIR", "/runs/a")

    places = beam_options.places("flowers", data="", workdir="")

    assert places == {"--data": "photographs", "--workdir": "/runs/a"}


def test_a_run_on_this_machine_is_not_dataflows(capsys):
    options = ["project=a", "region=b", "temp_location=gs://c/d", "image=e"]

    said = refusal(capsys, beam_options.for_run, "dataflow", options, PLACES)

    assert "Use `fcn compile`, with beam.shared in a bucket." in said


def test_a_cluster_takes_the_engine_that_is_named():
    cluster = beam_options.for_cluster(Cluster(), "flink", [JOB_SERVER, "shared=/shared"])

    assert cluster.beam_args[-1] == "--shared_folder=/shared"


def test_a_cluster_keeps_its_files_engine_where_none_is_named():
    cluster = Cluster(beam=beam_runner.Beam(parallelism=3))

    assert beam_options.for_cluster(cluster, "", []) is cluster


@pytest.mark.parametrize("command", ["run", "compile"])
def test_the_commands_refuse_flink_without_a_job_server(command):
    words = [command, "flowers", "--data", "/data/flowers", "--beam-runner", "flink"]

    result = CliRunner().invoke(app, words)

    assert result.exit_code == 2
    assert "beam.job_endpoint is missing" in result.output


def test_a_run_refuses_a_relative_folder_for_workers_elsewhere():
    words = ["run", "flowers", "--data", "photographs", "--beam-runner", "flink"]

    result = CliRunner().invoke(app, [*words, "--beam", JOB_SERVER])

    assert result.exit_code == 2
    assert "--data=photographs is relative" in result.output
