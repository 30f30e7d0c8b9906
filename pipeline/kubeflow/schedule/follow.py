"""Follows a run to its end: each change of a state, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import tenacity

from pipeline.kubeflow.schedule.errors import UnreachableError

SUCCEEDED = "SUCCEEDED"
ENDS = (SUCCEEDED, "FAILED", "CANCELED", "SKIPPED")  # kfp's own loop waits for ever on CANCELED.
FAILED = ("FAILED", "ERROR")
INNER = ("executor", "-driver")  # The pods behind a task: of interest when they fail.
PATIENCE = 600.0  # Seconds for which an API that does not answer is asked again.


@dataclass(frozen=True, kw_only=True)
class Change:
    """A state that a task, or the run (which has no name), has come to."""

    task: str
    state: str
    reason: str = ""

    @property
    def ends_run(self) -> bool:
        """Whether nothing comes after it."""
        return not self.task and self.state in ENDS


def changes(
    ask: Callable[[], Any], *, every: float, patience: float = PATIENCE
) -> Iterator[Change]:
    """What changes in the run that `ask` gets, the run's own end last."""
    seen: dict[str, str] = {}
    while True:
        run = patiently(ask, every=every, patience=patience)
        for key, change in states(run):
            if seen.get(key) != change.state:
                seen[key] = change.state
                yield change
                if change.ends_run:
                    return
        time.sleep(every)


def patiently(ask: Callable[[], Any], *, every: float, patience: float) -> Any:
    """The run, asked for again while the API does not answer."""
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(UnreachableError),
        wait=tenacity.wait_fixed(every),
        stop=tenacity.stop_after_delay(patience),
        reraise=True,
    )
    return retrying(ask)


def states(run: Any) -> Iterator[tuple[str, Change]]:
    """The states of the tasks, by their ids, then that of the run."""
    details = run.run_details.task_details if run.run_details else None
    for task in details or []:
        name = task.display_name or task.task_id or ""
        if task.state and (task.state in FAILED or not name.endswith(INNER)):
            change = Change(task=name, state=task.state, reason=reason(task.error))
            yield f"task {task.task_id or name}", change
    if run.state:
        yield "run", Change(task="", state=run.state, reason=reason(run.error))


def reason(error: Any) -> str:
    """Why it failed, where the API says so."""
    return (error.message or "").strip() if error else ""
