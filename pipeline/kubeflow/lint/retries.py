"""Retries: the time that the backend allows is enough for all attempts."""

from __future__ import annotations

from collections.abc import Iterator

from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineTaskSpec

from pipeline.kubeflow import backend
from pipeline.kubeflow.compiled import CompiledPipeline, Step
from pipeline.kubeflow.lint.rules import Problem


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems of tasks with retries."""
    for task in pipeline.list_tasks():
        if task.nested and task.spec.retry_policy.max_retry_count > 0:
            yield Problem(
                "retries-of-dag",
                task.name,
                "retries of a whole DAG run its finished tasks again: set "
                "retryPolicy on its tasks instead.",
            )
    for step in pipeline.list_steps():
        if step.task.spec.retry_policy.max_retry_count > 0:
            yield from check_step(step)


def check_step(step: Step) -> Iterator[Problem]:
    """Argo counts backoffMaxDuration from the start of the first attempt."""
    policy = step.task.spec.retry_policy
    times = f"its {policy.max_retry_count} retries"
    timeout, allowed = step.pod.active_deadline_seconds, policy.backoff_max_duration.seconds
    needed = (policy.max_retry_count + 1) * timeout + sum_waits(policy)
    if timeout <= 0:
        yield Problem(
            "retries-without-timeout",
            step.name,
            f"{times} need a time limit for an attempt: set activeDeadlineSeconds for the step.",
        )
    elif allowed <= 0:
        yield Problem(
            "retries-without-backoff-limit",
            step.name,
            f"{times} never run without a backoffMaxDuration: set it to {needed} s or more.",
        )
    elif allowed < needed:
        yield Problem(
            "retries-cancelled",
            step.name,
            f"{times} are cancelled by their backoffMaxDuration of {allowed} s, which counts from "
            f"the first attempt's start: {policy.max_retry_count + 1} attempts of {timeout} s and "
            f"the waits take {needed} s: set it to {needed} s or more.",
        )


def sum_waits(policy: PipelineTaskSpec.RetryPolicy) -> int:
    """Seconds of all waits between attempts. Without a factor all waits are equal."""
    factor = backend.read_backoff_factor(policy.backoff_factor)
    first = policy.backoff_duration.seconds
    return round(sum(first * factor**retry for retry in range(policy.max_retry_count)))
