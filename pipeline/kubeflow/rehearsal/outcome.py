"""The state and outputs of each task of a rehearsal, and the errors that end a task or a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from components.errors import DataError
from pipeline.kubeflow.rehearsal.store import ObjectStore

TAIL = 15  # Lines of a failed step's log that are shown.


class Refused(DataError):  # noqa: N818
    """The API server would reject the pipeline or its parameters: no task has started."""

    def __init__(self, message: str) -> None:
        super().__init__("submission_refused", message)


class StepFailed(Exception):  # noqa: N818
    """A task failed, which ends the run. The message says what happened, and where."""


class DriverFailed(StepFailed):
    """The driver could not resolve the task's inputs: no pod started, no state was recorded."""


class LauncherFailed(StepFailed):
    """The launcher saw the failure and recorded FAILED in the metadata store."""


class PodLost(StepFailed):
    """The pod did not start, or was killed with its launcher: the recorded state is RUNNING."""


class TaskState(str, Enum):
    """The state of a task."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CACHED = "cached"
    FAILED = "failed"  # The launcher saw it.
    LOST = "lost"  # Its pod was killed, or did not start.
    DRIVER_FAILED = "driver failed"  # It had no pod.
    OMITTED = "omitted"  # Not scheduled, because another task had failed.


DONE = (TaskState.SUCCEEDED, TaskState.CACHED)
ERRORS = (TaskState.FAILED, TaskState.LOST, TaskState.DRIVER_FAILED)


@dataclass(frozen=True)
class Artifact:
    """An artifact as the metadata store records it."""

    id: int
    uri: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class TaskOutputs:
    """The outputs of a task."""

    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class TaskRun:
    """One task of the run; changes while the task runs."""

    name: str
    place: int = 0  # Among the run's steps, from 1; 0 for a task that only contains others.
    steps: int = 0  # The number of the run's steps.
    state: TaskState = TaskState.PENDING
    attempts: int = 0
    seconds: float = 0.0
    log: Path | None = None  # Of the last attempt.
    reason: str = ""  # Why it failed.
    warnings: list[str] = field(default_factory=list)
    outputs: TaskOutputs = field(default_factory=TaskOutputs)

    @property
    def cached(self) -> bool:
        """Whether it reused the artifacts of an earlier run."""
        return self.state is TaskState.CACHED

    def read_log_tail(self, lines: int = TAIL) -> list[str]:
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
        """The API server's name for it."""
        return "SUCCEEDED" if self.succeeded else "FAILED"

    @property
    def failed(self) -> list[TaskRun]:
        """The steps that failed."""
        return [task for task in self.tasks.values() if task.place and task.state in ERRORS]

    def find_artifact(self, task: str, key: str) -> Path:
        """The path of an artifact in the store. Do not write to it."""
        return self.store.find_path(self.tasks[task].outputs.artifacts[key].uri)
