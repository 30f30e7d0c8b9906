"""Prints each task of a rehearsal: its start, its attempts, its end, and why it failed."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.kubeflow.rehearsal.outcome import DONE, ERRORS, Rehearsal, State, TaskRun

COLORS = {
    **dict.fromkeys(ERRORS, "red"),
    **dict.fromkeys(DONE, "green"),
    State.OMITTED: "dim",
}


class View:
    """A listener that prints a line for each change of a task."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, task: TaskRun) -> None:
        """Prints the change. Tasks that only contain others are not shown."""
        if not task.place:
            return
        if task.state is not State.RUNNING:
            self._print_end(task)
        elif task.reason:
            self._print(f"      [yellow]attempt {task.attempts} failed:[/] {escape(task.reason)}")
        elif task.attempts:
            self._print(f"      attempt {task.attempts}")
        else:
            self._print(f"[bold]{task.place:>2}/{task.steps} {escape(task.name)}[/]")

    def _print_end(self, task: TaskRun) -> None:
        """Prints how the task ended."""
        if task.state is State.OMITTED:
            self._print(f"[dim]{task.place:>2}/{task.steps} {escape(task.name)}: not run[/]")
        elif task.state is State.CACHED:
            self._print("      [dim]unchanged: its artifacts are reused[/]")
        elif task.state is State.SUCCEEDED:
            self._print(f"      [dim]done in {task.seconds:.1f} s[/]")
        else:
            self._print_failure(task)

    def _print_failure(self, task: TaskRun) -> None:
        """Prints the reason, the launcher's warnings and the end of the log."""
        self._print(
            f"      [red]{task.state.value} after {task.seconds:.1f} s:[/] {escape(task.reason)}"
        )
        for warning in task.warnings:
            self._print(f"      [yellow]{escape(warning)}[/]")
        for line in task.log_tail():
            self._print(f"      [dim]{escape(line)}[/]")
        if task.log:
            self._print(f"      Log: {escape(str(task.log))}")

    def _print(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


def build_table(rehearsal: Rehearsal) -> Table:
    """A table with the state, attempts and seconds of each step."""
    columns = ("task", "state", "attempts", "seconds")
    shown = Table(*columns, title=f"Rehearsal {rehearsal.state}", title_justify="left")
    for column in shown.columns[2:]:
        column.justify = "right"
    for task in rehearsal.tasks.values():
        if task.place:
            color = COLORS.get(task.state, "")
            state = f"[{color}]{task.state.value}[/]" if color else task.state.value
            shown.add_row(escape(task.name), state, str(task.attempts), f"{task.seconds:.1f}")
    return shown
