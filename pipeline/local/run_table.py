"""Prints the result of a run."""

from __future__ import annotations

from rich.console import Console

from components.ingestion import summary
from pipeline.local.results import RunResult
from pipeline.tasks import TASKS
from serving.printable import markup
from serving.terminal import Table


def show(result: RunResult, console: Console) -> None:
    """Prints counts, metrics, times, and whether the model was pushed."""
    console.print(summary.build_table(result.ingested))
    if result.rejects:
        console.print(
            f"All rejects: {markup(result.rejects_file)}", highlight=False, soft_wrap=True
        )
    for table in TASKS[result.task].tables(result):
        console.print(table)
    console.print(make_time_table(result))
    console.print(f"Report: {markup(result.report)}", highlight=False, soft_wrap=True)
    if result.doubts:
        console.print(f"Labels to doubt: {markup(result.doubts)}", highlight=False, soft_wrap=True)
    console.print(describe_verdict(result), highlight=False, soft_wrap=True)


def make_time_table(result: RunResult) -> Table:
    """The seconds of each component."""
    table = Table("component", "seconds", title="Time")
    table.columns[1].justify = "right"
    for name, seconds in result.seconds.items():
        table.add_row(name, "unchanged" if name in result.cached else f"{seconds:.1f}")
    return table


def describe_verdict(result: RunResult) -> str:
    """Whether the model was pushed, and why not."""
    if result.blessed:
        return f"[green]Blessed.[/] Version {result.version} is at {markup(result.pushed_to)}"
    reasons = "\n".join(f"  {markup(failure)}" for failure in result.failures)
    return f"[red]Not blessed, so not pushed.[/]\n{reasons}"
