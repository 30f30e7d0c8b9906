"""What a rehearsal tells of its run and of each task, while it runs and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from pipeline.kubeflow.rehearsal.store import ObjectStore

TAIL = 15  # Lines of a log that say why a step failed.


class State(str, Enum):
    """Where a task is."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CACHED = "cached"
    FAILED = "failed"  # The launcher saw it.
    LOST = "lost"  # Its pod was killed, or never started.
    UNDRIVEN = "undriven"  # The driver failed: there was no pod.
    OMITTED = "omitted"  # Not scheduled, since another task failed before.


DONE = (State.SUCCEEDED, State.CACHED)


@dataclass(frozen=True)
class Artifact:
    """An artifact as the metadata store knows it."""

    id: int
    uri: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Outputs:
    """What a task hands on."""

    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class TaskRun:
    """One task of the run; changes while the task runs."""

    name: str
    place: int = 0  # Among the run's steps, from 1; 0 for a task that only holds others.
    steps: int = 0  # How many the run has.
    state: State = State.PENDING
    attempts: int = 0
    seconds: float = 0.0
    log: Path | None = None  # Of the last attempt.
    reason: str = ""  # Why it failed.
    warnings: list[str] = field(default_factory=list)
    outputs: Outputs = field(default_factory=Outputs)

    @property
    def cached(self) -> bool:
        """Whether an earlier run's artifacts were taken in its place."""
        return self.state is State.CACHED

    def log_tail(self, lines: int = TAIL) -> list[str]:
        """The last lines of the last attempt's log."""
        if self.log is None or not self.log.is_file():
            return []
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]


Listener = Callable[[TaskRun], None]


@dataclass(frozen=True)
class Rehearsal:
    """A run that has ended."""

    run_id: str
    succeeded: bool
    tasks: Mapping[str, TaskRun]
    store: ObjectStore

    @property
    def state(self) -> str:
        """As the API server names it."""
        return "SUCCEEDED" if self.succeeded else "FAILED"

    @property
    def failed(self) -> list[TaskRun]:
        """The tasks that ended the run."""
        ended = (State.FAILED, State.LOST, State.UNDRIVEN)
        return [task for task in self.tasks.values() if task.place and task.state in ended]

    def artifact(self, task: str, key: str) -> Path:
        """Where the files of a task's artifact are in the store, to be read only."""
        return self.store.path(self.tasks[task].outputs.artifacts[key].uri)
