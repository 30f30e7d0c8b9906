"""Says on the terminal which task runs, how it ended, and why it failed."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from pipeline.kubeflow.rehearsal.outcome import DONE, Rehearsal, State, TaskRun
from serving.printable import markup
from serving.terminal import Table

COLORS = {State.FAILED: "red", State.LOST: "red", State.UNDRIVEN: "red", State.OMITTED: "dim"}


class View:
    """A listener that prints a line when a task starts, and one for each way it goes on."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, task: TaskRun) -> None:
        """Prints what is new of the task; tasks that only hold others are not shown."""
        if not task.place:
            return
        if task.state is not State.RUNNING:
            self._ended(task)
        elif task.reason:
            self._print(f"      [yellow]attempt {task.attempts} failed:[/] {markup(task.reason)}")
        elif task.attempts:
            self._print(f"      attempt {task.attempts}")
        else:
            self._print(f"[bold]{task.place:>2}/{task.steps} {markup(task.name)}[/]")

    def _ended(self, task: TaskRun) -> None:
        """How the task ended, with the end of its log where it failed."""
        if task.state is State.OMITTED:
            self._print(f"[dim]{task.place:>2}/{task.steps} {markup(task.name)}: not run[/]")
        elif task.state is State.CACHED:
            self._print("      [dim]unchanged: its artifacts are reused[/]")
        elif task.state is State.SUCCEEDED:
            self._print(f"      [dim]done in {task.seconds:.1f} s[/]")
        else:
            self._failed(task)

    def _failed(self, task: TaskRun) -> None:
        """The reason, what the launcher let pass before, and the log."""
        self._print(
            f"      [red]{task.state.value} after {task.seconds:.1f} s:[/] {markup(task.reason)}"
        )
        for warning in task.warnings:
            self._print(f"      [yellow]{markup(warning)}[/]")
        for line in task.log_tail():
            self._print(f"      [dim]{markup(line)}[/]")
        if task.log:
            self._print(f"      Log: {markup(str(task.log))}")

    def _print(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


def table(rehearsal: Rehearsal) -> Table:
    """State, attempts and seconds of each task."""
    columns = ("task", "state", "attempts", "seconds")
    shown = Table(*columns, title=f"Rehearsal {rehearsal.state}")
    for column in shown.columns[2:]:
        column.justify = "right"
    for task in rehearsal.tasks.values():
        if task.place:
            color = COLORS.get(task.state, "green" if task.state in DONE else "")
            state = Text(task.state.value, color)
            shown.add_row(task.name, state, str(task.attempts), f"{task.seconds:.1f}")
    return shown
