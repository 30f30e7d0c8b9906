"""In which order the tasks of a DAG run, and how often they are tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from google.protobuf.message import Message
from kfp.pipeline_spec import pipeline_spec_pb2

from pipeline.kubeflow import backend
from pipeline.kubeflow.rehearsal.failures import Refused

Strategy = pipeline_spec_pb2.PipelineTaskSpec.TriggerPolicy.TriggerStrategy


def order(dag: Message) -> list[str]:
    """The tasks' names, each after those it needs, and by name where that leaves a choice."""
    sorter = TopologicalSorter({name: needs(task) for name, task in dag.tasks.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise Refused(f"These tasks wait for each other: {', '.join(error.args[1])}.") from error
    names = list(readied(sorter))
    absent = sorted(set(names) - set(dag.tasks))
    if absent:
        raise Refused(f"A task needs the task {absent[0]!r}, which its DAG does not have.")
    return names


def readied(sorter: TopologicalSorter[str]) -> Iterator[str]:
    """The names, as soon as all before them are through."""
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()])
        yield ready[0]
        sorter.done(ready.pop(0))


def needs(task: Message) -> set[str]:
    """The tasks that a task depends on, or reads from."""
    artifacts = task.inputs.artifacts.values()
    parameters = task.inputs.parameters.values()
    producers = {
        *task.dependent_tasks,
        *(a.task_output_artifact.producer_task for a in artifacts),
        *(p.task_output_parameter.producer_task for p in parameters),
        *(p.task_final_status.producer_task for p in parameters),
    }
    return producers - {""}


def is_exit_handler(task: Message) -> bool:
    """Whether the task runs however those before it ended."""
    return task.trigger_policy.strategy == Strategy.ALL_UPSTREAM_TASKS_COMPLETED


@dataclass(frozen=True)
class RetryPolicy:
    """How often a step is tried again, as Argo counts it."""

    retries: int
    backoff: float  # Seconds before the first retry.
    factor: float
    longest: float  # Seconds from the first attempt's start; none, no retries.

    @classmethod
    def of(cls, task: Message) -> RetryPolicy:
        """The task's own."""
        policy = task.retry_policy
        return cls(
            retries=policy.max_retry_count,
            backoff=policy.backoff_duration.ToTimedelta().total_seconds(),
            factor=backend.backoff_factor(policy.backoff_factor),
            longest=policy.backoff_max_duration.ToTimedelta().total_seconds(),
        )

    def wait(self, attempt: int) -> float:
        """Seconds after the attempt of this number, from 0, before the next."""
        return self.backoff * self.factor**attempt

    def refusal(self, attempt: int, elapsed: float) -> str:
        """Why there is no next attempt; empty if there is one."""
        if attempt >= self.retries:
            return f"no attempt left of {self.retries + 1}"
        if elapsed + self.wait(attempt) > self.longest:
            return (
                f"not tried again: backoffMaxDuration, {self.longest:g} s from the first attempt's "
                f"start, ends before the next attempt would begin; raise it"
            )
        return ""
