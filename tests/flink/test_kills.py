"""The graph up to Transform on Flink: whole, and with kill -9 in the middle of each job."""

from __future__ import annotations

import pytest

from pipeline.flink import cluster, jars
from pipeline.flink.rest import records_by_task_manager
from tests.flink.graph_run import assert_same, run
from tests.flink.watch import Watch

pytestmark = pytest.mark.timeout(1800)


def killer(running, victim):
    """What kills a TaskManager of a number, or the worker beside it."""

    def kill_and_replace(number):
        running.kill_task_manager(number)
        running.start_task_manager(number)  # As Kubernetes does with its pods.

    return {"worker": running.kill_worker, "task manager": kill_and_replace}.get(victim)


@pytest.fixture(scope="module", params=["nobody", "worker", "task manager"])
def after(request, images, tmp_path_factory):
    """Who was killed, what the run made, its jobs' parts before that, the jobs and their parts."""
    folder = tmp_path_factory.mktemp("flink")
    with cluster.running(folder, cluster.Size(), jars.Versions()) as running:
        with Watch(running, killer(running, request.param)) as watch:
            made = run(images, folder / "run", beam_args=running.beam(2).args)
        jobs = running.flink.jobs()
        parts = [running.flink.parts(job) for job in jobs]
    print(request.param, made.seconds, [attempts(found) for found in parts], flush=True)
    return request.param, made, watch.killed, jobs, parts


def attempts(parts):
    """How often the part of a job that began most often did."""
    return 1 + max(part.attempt for part in parts)


def test_counts_rejects_records_and_what_is_learned_equal_the_direct_runs(after, direct):
    _, made, *_ = after

    assert_same(made, direct)


def test_each_job_was_split_over_both_task_managers(after):
    _, _, killed, _, parts = after

    for before in killed.values():
        assert len(records_by_task_manager(before)) == 2
    for found in parts:  # Of what was made before a kill, and after it.
        read = records_by_task_manager(found)
        assert len([manager for manager, records in read.items() if records]) >= 2


def test_each_job_was_hit_in_its_middle_and_began_again(after):
    victim, _, killed, jobs, parts = after

    assert set(jobs.values()) == {"FINISHED"}
    assert len(jobs) >= 3
    if victim != "nobody":  # Flink may begin a job again by itself, where a machine is very busy.
        assert set(killed) >= {0, 1, 2}
        assert min(attempts(parts[number]) for number in killed) > 1
