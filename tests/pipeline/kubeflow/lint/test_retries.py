"""Retries and the time that is left for them."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.fixture
def policy(pipeline):
    return pipeline.tasks["Trainer"]["retryPolicy"]


def test_retries_that_their_time_limit_cancels_are_refused_with_the_time_they_need(
    pipeline, policy
):
    policy["backoffMaxDuration"] = "10979s"

    assert pipeline.broken() == [("retries-cancelled", "Trainer")]
    assert "10980 s" in pipeline.problem().message


@pytest.mark.parametrize("longest", [None, "0s"])
def test_retries_without_a_longest_duration_are_refused(pipeline, policy, longest):
    policy["backoffMaxDuration"] = longest

    assert pipeline.broken() == [("retries-without-backoff-limit", "Trainer")]
    assert "10980 s" in pipeline.problem().message


def test_retries_of_attempts_without_a_time_limit_are_refused(pipeline):
    del pipeline.pod("Trainer")["activeDeadlineSeconds"]

    assert pipeline.broken() == [("retries-without-timeout", "Trainer")]


def test_waits_without_a_factor_are_equal(pipeline, policy):
    del policy["backoffFactor"]
    policy["backoffMaxDuration"] = "10920s"

    assert pipeline.problems() == []


def test_a_step_without_retries_needs_no_longest_duration(pipeline, policy):
    policy.update(maxRetryCount=0, backoffMaxDuration=None)

    assert pipeline.problems() == []


def test_retries_of_all_nested_tasks_at_once_are_refused(pipeline):
    pipeline.tasks["tfx-dag"]["retryPolicy"] = {"maxRetryCount": 1}

    assert pipeline.broken() == [("retries-of-dag", "tfx-dag")]
