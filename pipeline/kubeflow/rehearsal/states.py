"""Simulates the states of tasks in the metadata store, and that of the DAG around them."""

from __future__ import annotations

from dataclasses import dataclass, field

RUNNING, COMPLETE, CACHED, FAILED = "RUNNING", "COMPLETE", "CACHED", "FAILED"


@dataclass
class States:
    """The states of a DAG's tasks and of the DAG itself, which only a launcher updates."""

    expected: int = 0  # The number of the DAG's tasks. 0 for the root: it is never updated.
    name: str = ""  # Of the task that runs the DAG.
    around: States | None = None  # Of the DAG that contains this task.
    own: str = RUNNING
    tasks: dict[str, str] = field(default_factory=dict)  # Only tasks whose driver succeeded.

    def record(self, task: str, state: str) -> None:
        """A driver or an importer records a task's state: that of the DAG stays as it was."""
        self.tasks[task] = state

    def end(self, task: str, state: str) -> None:
        """A launcher records how an attempt ended, and updates the DAGs around the task.

        A DAG that a failed attempt set to FAILED stays so until all tasks are done.
        """
        self.tasks[task] = state
        ends = list(self.tasks.values())
        done = ends.count(COMPLETE) + ends.count(CACHED)
        if not self.expected or (done != self.expected and FAILED not in ends):
            return
        self.own = COMPLETE if done == self.expected else FAILED
        if self.around:
            self.around.end(self.name, self.own)
