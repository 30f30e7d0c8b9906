"""Follows a run to its end: reports each change of a state once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import tenacity

from pipeline.kubeflow.schedule.errors import UnreachableError

SUCCEEDED = "SUCCEEDED"
ENDS = (SUCCEEDED, "FAILED", "CANCELED", "SKIPPED")  # kfp's own loop never returns on CANCELED.
FAILED = ("FAILED", "ERROR")
PODS = ("executor", "-driver")  # Ends of the names of a task's pods, shown only if they fail.
PATIENCE = 600.0  # Seconds of retries while the API does not answer.


@dataclass(frozen=True, kw_only=True)
class Change:
    """A new state of a task, or of the run if `task` is empty."""

    task: str
    state: str
    reason: str = ""

    @property
    def ends_run(self) -> bool:
        """Whether it is the run's last change."""
        return not self.task and self.state in ENDS


def watch_changes(
    ask: Callable[[], Any], *, every: float, patience: float = PATIENCE
) -> Iterator[Change]:
    """The changes of the run that `ask` returns, up to the run's end; polls each `every` s."""
    seen: dict[str, str] = {}
    while True:
        run = ask_patiently(ask, every=every, patience=patience)
        for key, change in list_states(run):
            if seen.get(key) != change.state:
                seen[key] = change.state
                yield change
                if change.ends_run:
                    return
        time.sleep(every)


def ask_patiently(ask: Callable[[], Any], *, every: float, patience: float) -> Any:
    """The run. Retries for `patience` seconds while the API does not answer."""
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(UnreachableError),
        wait=tenacity.wait_fixed(every),
        stop=tenacity.stop_after_delay(patience),
        reraise=True,
    )
    return retrying(ask)


def list_states(run: Any) -> Iterator[tuple[str, Change]]:
    """The states of the tasks, each with a key, then the state of the run."""
    details = run.run_details.task_details if run.run_details else None
    for task in details or []:
        name = task.display_name or task.task_id or ""
        if task.state and (task.state in FAILED or not name.endswith(PODS)):
            change = Change(task=name, state=task.state, reason=read_reason(task.error))
            yield f"task {task.task_id or name}", change
    if run.state:
        yield "run", Change(task="", state=run.state, reason=read_reason(run.error))


def read_reason(error: Any) -> str:
    """The API's reason for a failure; empty if it gives none."""
    return (error.message or "").strip() if error else ""
