"""Ingestion and statistics on a real Flink cluster: what `make test-flink-short` runs."""

from __future__ import annotations

import os

import pytest

from pipeline.flink import cluster, jars
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


def test_every_process_ends_with_the_cluster(tmp_path):
    with cluster.run_cluster(tmp_path, cluster.Size(task_managers=1), jars.Versions()) as running:
        names = ("jobmanager", "taskmanager-0", "workers-0", "jobserver")
        groups = [running.processes.running[name].pid for name in names]
        assert all(list_members(group) for group in groups)

    for group in groups:
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
