"""The order of tasks, and how often they are tried."""

from __future__ import annotations

import pytest
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from pipeline.kubeflow.rehearsal import tasks
from pipeline.kubeflow.rehearsal.failures import Refused
from pipeline.kubeflow.rehearsal.tasks import RetryPolicy


def dag(**needs):
    found = {name: {"dependentTasks": list(before)} for name, before in needs.items()}
    return json_format.ParseDict({"tasks": found}, pipeline_spec_pb2.DagSpec())


def test_tasks_run_after_those_they_need_and_else_by_name():
    assert tasks.order(dag(c="", b="", a="c", d="b")) == ["b", "c", "a", "d"]


def test_what_a_task_reads_it_needs():
    source = {"taskOutputArtifact": {"producerTask": "z", "outputArtifactKey": "model"}}
    found = dag(a="", z="")
    json_format.ParseDict({"inputs": {"artifacts": {"m": source}}}, found.tasks["a"])

    assert tasks.order(found) == ["z", "a"]


def test_tasks_that_wait_for_each_other_are_refused():
    with pytest.raises(Refused, match="wait for each other"):
        tasks.order(dag(a="b", b="a"))


def test_a_task_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="needs the task 'x'"):
        tasks.order(dag(a="x"))


def test_each_wait_is_longer_than_the_last():
    policy = RetryPolicy(retries=3, backoff=10, factor=2, longest=100)

    assert [policy.wait(attempt) for attempt in range(3)] == [10, 20, 40]


@pytest.mark.parametrize(
    ("attempt", "elapsed", "refused"),
    [
        pytest.param(0, 80, False, id="in-time"),
        pytest.param(0, 95, True, id="the-wait-ends-too-late"),
        pytest.param(3, 1, True, id="none-left"),
    ],
)
def test_a_retry_begins_within_its_longest_time_or_not_at_all(attempt, elapsed, refused):
    policy = RetryPolicy(retries=3, backoff=10, factor=2, longest=100)

    assert bool(policy.refusal(attempt, elapsed)) is refused


def test_without_a_factor_all_waits_are_alike():
    task = pipeline_spec_pb2.PipelineTaskSpec()
    task.retry_policy.backoff_duration.seconds = 60

    assert [RetryPolicy.of(task).wait(attempt) for attempt in range(3)] == [60, 60, 60]


def test_a_policy_without_a_longest_time_never_retries():
    task = pipeline_spec_pb2.PipelineTaskSpec()
    task.retry_policy.max_retry_count = 5

    assert "backoffMaxDuration, 0 s" in RetryPolicy.of(task).refusal(0, 0.1)
