"""Ingestion, statistics and bulk predictions on a real Flink cluster: `make test-flink-short`."""

from __future__ import annotations

import csv
import io
import os

import pyarrow.parquet as pq
import pytest

from pipeline.beam import IN_PROCESS
from pipeline.bulk.models import find_model
from pipeline.bulk.run import Bulk, answer
from pipeline.flink import cluster, jars
from tests.fakes import saved_models
from tests.flink.graph_run import assert_same, run
from tests.flink.jobs import count_records, list_jobs, list_parts
from tests.flink.process_groups import list_members


@pytest.fixture(scope="module")
def flink(tmp_path_factory):
    """A cluster with two TaskManagers."""
    folder = tmp_path_factory.mktemp("flink")
    with cluster.run_cluster(folder, cluster.Size(), jars.Versions()) as running:
        yield running


@pytest.fixture(scope="module")
def on_flink(flink, images, tmp_path_factory):
    """The results of ingestion and StatisticsGen on Flink."""
    home = tmp_path_factory.mktemp("on_flink")
    made = run(images, home, last="StatisticsGen", beam_args=flink.beam(2).args)
    print(made.seconds, flush=True)
    return made


@pytest.fixture(scope="module")
def in_process(images, tmp_path_factory):
    return run(images, tmp_path_factory.mktemp("in_process"), last="StatisticsGen")


def test_counts_rejects_and_records_equal_the_direct_runs(on_flink, in_process):
    assert_same(on_flink, in_process)


def test_each_job_was_split_over_both_task_managers(flink, on_flink):
    jobs = list_jobs(flink)

    assert set(jobs.values()) == {"FINISHED"}
    assert len(jobs) == 2
    for job in jobs:
        records = count_records(list_parts(flink, job))
        assert len(records) == cluster.count_task_managers(flink)
        assert min(records.values()) > 0


def test_each_task_manager_had_its_own_python_workers(flink, on_flink):
    for index in range(2):
        log = flink.processes.log(f"workers-{index}").read_text()

        assert "Starting worker with command" in log


def predict(images, model, output, beam_args):
    """The summary of bulk predictions, the label of each file, and the files of rejects."""
    summary = answer(Bulk(str(images), str(output), model, "parquet"), beam_args)
    rows = [row for path in output.glob("answers-*") for row in pq.read_table(path).to_pylist()]
    texts = [path.read_text("utf-8") for path in output.glob("rejects-*")]
    rejects = {row["file"] for text in texts for row in csv.DictReader(io.StringIO(text))}
    assert len(rows) == summary.answers
    return summary, {row["file"]: row["label"] for row in rows}, rejects


def test_bulk_predictions_equal_the_direct_runs_and_use_both_task_managers(
    flink, on_flink, images, tmp_path
):
    model = find_model(str(saved_models.publish(tmp_path / "colours", 1)))

    made = predict(images, model, tmp_path / "on_flink", flink.beam(2).args)
    direct = predict(images, model, tmp_path / "direct", IN_PROCESS)

    assert made == direct
    assert made[0].answers > 0
    assert made[0].rejects > 0
    *_, job = list_jobs(flink)
    assert len(count_records(list_parts(flink, job))) == cluster.count_task_managers(flink)


def test_every_process_ends_with_the_cluster(tmp_path):
    with cluster.run_cluster(tmp_path, cluster.Size(task_managers=1), jars.Versions()) as running:
        names = ("jobmanager", "taskmanager-0", "workers-0", "jobserver")
        groups = [running.processes.running[name].pid for name in names]
        assert all(list_members(group) for group in groups)

    for group in groups:
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
