"""The graph up to Transform on Flink: whole, and with kill -9 in the middle of each job."""

from __future__ import annotations

import time

import pytest
from graph_run import assert_same, run
from watch import Watch

from pipeline.flink import cluster, jars
from pipeline.flink.rest import records_by_task_manager

BOTH = {"taskmanager-0", "taskmanager-1"}
pytestmark = pytest.mark.timeout(1800)


def killer(running, victim):
    """What kills in the job of a number: beside one TaskManager, then beside the other."""

    def kill_worker(number):
        index, before = number % 2, revivals(running, number % 2)
        running.kill_worker(index)
        deadline = time.monotonic() + 5
        while revivals(running, index) == before and time.monotonic() < deadline:
            time.sleep(0.1)
        return revivals(running, index) > before  # Else it had been told to end before.

    def kill_and_replace(number):
        running.kill_task_manager(number % 2)
        running.start_task_manager(number % 2)  # As Kubernetes does with its pods.
        return True

    return {"worker": kill_worker, "task manager": kill_and_replace}.get(victim)


@pytest.fixture(scope="module", params=["nobody", "worker", "task manager"])
def after(request, images, tmp_path_factory):
    """Who was killed, what the run made, its jobs' parts before that, the jobs and their parts,

    and the number of kills that cost a pool a worker.
    """
    folder = tmp_path_factory.mktemp("flink")
    with cluster.running(folder, cluster.Size(), jars.Versions()) as running:
        with Watch(running, killer(running, request.param)) as watch:
            made = run(images, folder / "run", beam_args=running.beam(2).args)
        jobs = running.flink.jobs()
        parts = [running.flink.parts(job) for job in jobs]
        revived = sum(revivals(running, index) for index in range(2))
    print(request.param, made.seconds, [attempts(found) for found in parts], revived, flush=True)
    return request.param, made, watch.killed, jobs, parts, revived


def revivals(running, index):
    """How many workers a pool has started again since they were killed."""
    return running.processes.log(f"workers-{index}").read_text().count("was killed: it begins")


def attempts(parts):
    """How often the part of a job that began most often did."""
    return 1 + max(part.attempt for part in parts)


def test_counts_rejects_records_and_what_is_learned_equal_the_direct_runs(after, direct):
    _, made, *_ = after

    assert_same(made, direct)


def test_each_job_was_split_over_both_task_managers(after):
    _, _, killed, _, parts, _ = after

    for number, found in enumerate(parts):
        before = records_by_task_manager(killed.get(number, found))
        assert set(before) == BOTH
        if number not in killed:
            assert min(before.values()) > 0


def test_each_job_was_hit_in_its_middle_and_began_again(after):
    victim, _, killed, jobs, parts, revived = after

    assert set(jobs.values()) == {"FINISHED"}
    assert len(jobs) >= 3
    if victim != "nobody":  # Flink may begin a job again by itself, where a machine is very busy.
        assert set(killed) >= {0, 1, 2}
    if victim == "worker":  # One that had not reported itself yet costs no new attempt.
        assert revived >= len(killed)
    if victim == "task manager":
        assert min(attempts(parts[number]) for number in killed) > 1
