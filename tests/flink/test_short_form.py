"""Ingestion and statistics on a real Flink cluster: what `make test-flink-short` runs."""

from __future__ import annotations

import os

import pytest

from pipeline.flink import cluster, jars
from pipeline.flink.rest import records_by_task_manager
from tests.flink.graph_run import assert_same, run


@pytest.fixture(scope="module")
def flink(tmp_path_factory):
    """A cluster with two TaskManagers."""
    folder = tmp_path_factory.mktemp("flink")
    with cluster.running(folder, cluster.Size(), jars.Versions()) as running:
        yield running


@pytest.fixture(scope="module")
def on_flink(flink, images, tmp_path_factory):
    """What ingestion and StatisticsGen make there."""
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
    jobs = flink.flink.jobs()

    assert set(jobs.values()) == {"FINISHED"}
    assert len(jobs) == 2
    for job in jobs:
        records = records_by_task_manager(flink.flink.parts(job))
        assert set(records) == set(flink.flink.task_managers())
        assert min(records.values()) > 0


def test_each_task_manager_had_python_workers_of_its_own(flink, on_flink):
    for index in range(2):
        log = flink.processes.log(f"workers-{index}").read_text()

        assert "Starting worker with command" in log


def test_every_process_ends_with_the_cluster(tmp_path):
    with cluster.running(tmp_path, cluster.Size(task_managers=1), jars.Versions()) as running:
        names = ("jobmanager", "taskmanager-0", "workers-0", "jobserver")
        groups = [running.processes.pid(name) for name in names]
        assert all(cluster.group_members(group) for group in groups)

    assert not [pid for group in groups for pid in cluster.group_members(group)]
    for group in groups:
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
