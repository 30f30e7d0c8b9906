"""Retries: that the time which the backend allows for them is enough for them."""

from __future__ import annotations

from collections.abc import Iterator

from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineTaskSpec

from pipeline.kubeflow import backend
from pipeline.kubeflow.compiled import Package, Step


def problems(package: Package) -> Iterator[str]:
    """Of each task that is to be tried again."""
    for task in package.tasks():
        if task.is_dag and task.spec.retry_policy.max_retry_count > 0:
            yield (
                f"{task.name}: retries of a whole DAG run its finished tasks again: set "
                "retryPolicy at its tasks."
            )
    for step in package.steps():
        if step.task.spec.retry_policy.max_retry_count > 0:
            yield from of_step(step)


def of_step(step: Step) -> Iterator[str]:
    """Argo counts backoffMaxDuration from the start of the first attempt."""
    policy = step.task.spec.retry_policy
    times = f"{step.name}: its {policy.max_retry_count} retries"
    timeout, allowed = step.pod.active_deadline_seconds, policy.backoff_max_duration.seconds
    needed = (policy.max_retry_count + 1) * timeout + waits(policy)
    if timeout <= 0:
        yield (
            f"{times} are of attempts without a time limit, so nobody can say whether "
            "backoffMaxDuration is enough for them: set activeDeadlineSeconds in its Kubernetes "
            "settings."
        )
    elif allowed <= 0:
        yield (
            f"{times} have no backoffMaxDuration, which the backend takes for none at all: set it "
            f"to {needed} s or more."
        )
    elif allowed < needed:
        yield (
            f"{times} are cancelled by their backoffMaxDuration of {allowed} s, which counts from "
            f"the first attempt's start: {policy.max_retry_count + 1} attempts of {timeout} s and "
            f"the waits take {needed} s: set it to that or more."
        )


def waits(policy: PipelineTaskSpec.RetryPolicy) -> int:
    """Seconds between all attempts."""
    factor = backend.backoff_factor(policy.backoff_factor)
    first = policy.backoff_duration.seconds
    return round(sum(first * factor**retry for retry in range(policy.max_retry_count)))
