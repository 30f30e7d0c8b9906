"""The order of tasks, and their retries."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.compiled import read_leniently
from pipeline.kubeflow.rehearsal.outcome import Refused
from pipeline.kubeflow.rehearsal.tasks import RetryPolicy, read_retry_policy, sort_tasks


def build_dag(**tasks):
    """A DAG of tasks, each with the fields of its message."""
    return read_leniently([{"root": {"dag": {"tasks": tasks}}}]).root


def after(*names):
    return {"dependentTasks": list(names)}


def sort(**tasks):
    return [task.name for task in sort_tasks(build_dag(**tasks))]


def test_tasks_run_after_their_predecessors_and_else_by_name():
    assert sort(c={}, b={}, a=after("c"), d=after("b")) == ["b", "c", "a", "d"]


def test_a_task_runs_after_the_task_that_it_reads_from():
    source = {"taskOutputArtifact": {"producerTask": "z", "outputArtifactKey": "model"}}

    assert sort(a={"inputs": {"artifacts": {"m": source}}}, z={}) == ["z", "a"]


def test_tasks_that_wait_for_each_other_are_refused():
    with pytest.raises(Refused, match="wait for each other"):
        sort(a=after("b"), b=after("a"))


def test_an_unknown_predecessor_is_refused():
    with pytest.raises(Refused, match="'a' waits for 'x'"):
        sort(a=after("x"))


def test_each_wait_is_longer_than_the_last():
    policy = RetryPolicy(retries=3, backoff=10, factor=2, longest=100)

    assert [policy.wait(retry) for retry in range(3)] == [10, 20, 40]


@pytest.mark.parametrize(
    ("retry", "elapsed", "refused"),
    [
        pytest.param(0, 80, False, id="in-time"),
        pytest.param(0, 95, True, id="the-wait-ends-too-late"),
        pytest.param(3, 1, True, id="none-left"),
    ],
)
def test_a_retry_begins_within_its_longest_time_or_not_at_all(retry, elapsed, refused):
    policy = RetryPolicy(retries=3, backoff=10, factor=2, longest=100)

    assert bool(policy.find_refusal(retry, elapsed)) is refused


def test_without_a_factor_all_waits_are_equal():
    task = build_dag(a={"retryPolicy": {"backoffDuration": "60s"}}).tasks["a"]

    assert [read_retry_policy(task).wait(retry) for retry in range(3)] == [60, 60, 60]


def test_a_policy_without_a_longest_time_never_retries():
    task = build_dag(a={"retryPolicy": {"maxRetryCount": 5}}).tasks["a"]

    assert "backoffMaxDuration, 0 s" in read_retry_policy(task).find_refusal(0, 0.1)
