"""The order of a DAG's tasks, and the retries of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from pipeline.kubeflow import backend
from pipeline.kubeflow.compiled import CompiledTask, Dag
from pipeline.kubeflow.rehearsal.outcome import Refused


def sort_tasks(dag: Dag) -> list[CompiledTask]:
    """The tasks, each after its predecessors; in alphabetical order if several are ready."""
    tasks = dag.tasks
    sorter = TopologicalSorter({name: task.predecessors for name, task in tasks.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise Refused(
            f"In {dag.name}, these tasks wait for each other: {', '.join(error.args[1])}. Remove "
            "one of the dependencies."
        ) from error
    for name, task in tasks.items():
        for missing in sorted(task.predecessors - set(tasks)):
            raise Refused(
                f"In {dag.name}, the task {name!r} waits for {missing!r}, which does not exist: "
                "add it, or remove the dependency."
            )
    return [tasks[name] for name in sort_names(sorter)]


def sort_names(sorter: TopologicalSorter[str]) -> Iterator[str]:
    """Yields the names; of several ready ones, the first in alphabetical order."""
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()])
        yield ready[0]
        sorter.done(ready.pop(0))


@dataclass(frozen=True)
class RetryPolicy:
    """The number of a step's retries and the waits between them, as Argo counts them."""

    retries: int
    backoff: float  # Seconds before the first retry.
    factor: float
    longest: float  # Seconds from the first attempt's start; 0 allows no retries.

    def wait(self, retry: int) -> float:
        """Seconds before the retry with this number, from 0."""
        return self.backoff * self.factor**retry

    def find_refusal(self, retry: int, elapsed: float) -> str:
        """Why there is no such retry, `elapsed` seconds after the start; empty if there is one."""
        if retry >= self.retries:
            return f"all {self.retries + 1} attempts failed"
        if elapsed + self.wait(retry) > self.longest:
            return (
                f"no further attempt: backoffMaxDuration, {self.longest:g} s after the first "
                "attempt's start, ends before the next one would begin; raise it"
            )
        return ""


def read_retry_policy(task: CompiledTask) -> RetryPolicy:
    """The retry policy of a task."""
    policy = task.spec.retry_policy
    return RetryPolicy(
        retries=policy.max_retry_count,
        backoff=policy.backoff_duration.ToTimedelta().total_seconds(),
        factor=backend.read_backoff_factor(policy.backoff_factor),
        longest=policy.backoff_max_duration.ToTimedelta().total_seconds(),
    )
