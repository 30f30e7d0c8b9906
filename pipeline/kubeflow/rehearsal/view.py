"""Prints each task of a rehearsal: its start, its attempts, its end, and why it failed."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from pipeline.kubeflow.rehearsal.outcome import DONE, ERRORS, Rehearsal, TaskRun, TaskState
from serving.printable import markup
from serving.terminal import Table

COLORS = {
    **dict.fromkeys(ERRORS, "red"),
    **dict.fromkeys(DONE, "green"),
    TaskState.OMITTED: "dim",
}


class View:
    """A listener that prints a line for each change of a task."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, task: TaskRun) -> None:
        """Prints the change. Tasks that only contain others are not shown."""
        if not task.place:
            return
        if task.state is not TaskState.RUNNING:
            self._print_end(task)
        elif task.reason:
            self._print(f"      [yellow]attempt {task.attempts} failed:[/] {markup(task.reason)}")
        elif task.attempts:
            self._print(f"      attempt {task.attempts}")
        else:
            self._print(f"[bold]{task.place:>2}/{task.steps} {markup(task.name)}[/]")

    def _print_end(self, task: TaskRun) -> None:
        """Prints how the task ended."""
        if task.state is TaskState.OMITTED:
            self._print(f"[dim]{task.place:>2}/{task.steps} {markup(task.name)}: not run[/]")
        elif task.state is TaskState.CACHED:
            self._print("      [dim]unchanged: its artifacts are reused[/]")
        elif task.state is TaskState.SUCCEEDED:
            self._print(f"      [dim]done in {task.seconds:.1f} s[/]")
        else:
            self._print_failure(task)

    def _print_failure(self, task: TaskRun) -> None:
        """Prints the reason, the launcher's warnings and the end of the log."""
        self._print(
            f"      [red]{task.state.value} after {task.seconds:.1f} s:[/] {markup(task.reason)}"
        )
        for warning in task.warnings:
            self._print(f"      [yellow]{markup(warning)}[/]")
        for line in task.read_log_tail():
            self._print(f"      [dim]{markup(line)}[/]")
        if task.log:
            self._print(f"      Log: {markup(str(task.log))}")

    def _print(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


def build_table(rehearsal: Rehearsal) -> Table:
    """A table with the state, attempts and seconds of each step."""
    columns = ("task", "state", "attempts", "seconds")
    shown = Table(*columns, title=f"Rehearsal {rehearsal.state}")
    for column in shown.columns[2:]:
        column.justify = "right"
    for task in rehearsal.tasks.values():
        if task.place:
            state = Text(task.state.value, COLORS.get(task.state, ""))
            shown.add_row(task.name, state, str(task.attempts), f"{task.seconds:.1f}")
    return shown
