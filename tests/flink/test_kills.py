"""The graph up to Transform on Flink: whole, and with kill -9 in the middle of each job."""

from __future__ import annotations

import pytest

from pipeline.flink import cluster, jars
from tests.flink.graph_run import assert_same, run
from tests.flink.jobs import count_records, list_jobs, list_parts
from tests.flink.kills import kill_worker, replace_task_manager
from tests.flink.watch import Watch

pytestmark = pytest.mark.timeout(1800)


KILLS = {"nobody": None, "worker": kill_worker, "task manager": replace_task_manager}


@pytest.fixture(scope="module", params=KILLS)
def after(request, images, tmp_path_factory):
    """The victim, the run's results, its jobs' parts before each kill, the jobs, their parts."""
    folder = tmp_path_factory.mktemp("flink")
    with cluster.run_cluster(folder, cluster.Size(), jars.Versions()) as flink:
        with Watch(flink, KILLS[request.param]) as watch:
            made = run(images, folder / "run", beam_args=flink.beam(2).args)
        jobs = list_jobs(flink)
        parts = [list_parts(flink, job) for job in jobs]
    print(request.param, made.seconds, [count_attempts(job) for job in parts], flush=True)
    return request.param, made, watch.killed, jobs, parts


def count_attempts(parts):
    """The attempts of the part of a job that was started most often."""
    return 1 + max(part.attempt for part in parts)


def test_counts_rejects_records_and_statistics_equal_the_direct_runs(after, direct):
    _, made, *_ = after

    assert_same(made, direct)


def test_each_job_was_split_over_both_task_managers(after):
    _, _, killed, _, parts = after

    for before in killed.values():
        assert len(count_records(before)) == 2
    for job in parts:  # Before and after a kill.
        read = count_records(job)
        assert len([manager for manager, records in read.items() if records]) >= 2


def test_each_job_was_hit_in_its_middle_and_restarted(after):
    victim, _, killed, jobs, parts = after

    assert set(jobs.values()) == {"FINISHED"}
    assert len(jobs) >= 3
    if victim != "nobody":  # On a very busy machine Flink may also restart a job by itself.
        assert set(killed) >= {0, 1, 2}
        assert min(count_attempts(parts[number]) for number in killed) > 1
