"""The output of `fcn schedule`: recurring runs, their next times, the changes of a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from pipeline.kubeflow.schedule.follow import ENDS, SUCCEEDED, Change
from serving.printable import markup
from serving.terminal import Table

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.jobs import Job

COLORS = {SUCCEEDED: "green", "FAILED": "red", "ERROR": "red", "CANCELED": "red"}
CLOCK = "%Y-%m-%d %H:%M"
DAY = f"%a {CLOCK}"  # The day of the week makes mistakes visible.


def show_jobs(jobs: Sequence[Job], zone: ZoneInfo, console: Console) -> None:
    """Prints all recurring runs, each with its next time."""
    if not jobs:
        console.print("There are no recurring runs: create one with `fcn schedule create`.")
        return
    table = Table("name", "pipeline", "version", "schedule", f"next ({zone.key})", "state", "id")
    for job in jobs:
        coming = [f"{time:{CLOCK}}" for time in job.find_next_times(zone, count=1)]
        state = Text("enabled", "green") if job.enabled else Text("paused", "yellow")
        names = (job.name, job.pipeline, job.version, job.schedule)
        table.add_row(*names, *(coming or ["-"]), state, job.id)
    console.print(table)
    console.print(explain_zone(zone), style="dim")


def build_rows(jobs: Sequence[Job], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The recurring runs as JSON objects."""
    return [
        {
            **dataclasses.asdict(job),
            "schedule": job.schedule,
            "time_zone": zone.key,
            "next": [time.isoformat() for time in job.find_next_times(zone)],
        }
        for job in jobs
    ]


def show_created(job: Job, zone: ZoneInfo, console: Console) -> None:
    """Prints a new recurring run and its next times."""
    console.print(
        f"Recurring run [bold]{markup(job.name)}[/]: version {markup(job.version)} of "
        f"{markup(job.pipeline)}, at '{markup(job.schedule)}', ID {markup(job.id)}.\n"
        f"Cluster expression: {markup(job.expression)}\n"
        "One run at a time; after an outage only the most recent missed run starts.",
        highlight=False,
        soft_wrap=True,
    )
    console.print(explain_zone(zone), highlight=False, soft_wrap=True)
    if not job.enabled:
        console.print(
            "It is paused, like the one that it replaces: resume it with "
            f"`fcn schedule resume {markup(job.name)}`."
        )
        return
    zones = {zone.key: zone, "UTC": timezone.utc, "this machine": None}
    table = Table(*(f"next, {name}" for name in zones))
    for time in job.find_next_times(zone):
        table.add_row(*(f"{time.astimezone(one):{DAY}}" for one in zones.values()))
    console.print(table)


def explain_zone(zone: ZoneInfo) -> str:
    """The time zone of the schedule, which the API does not report."""
    return (
        f"Times are in {zone.key}. The cluster uses the time zone of its controller "
        "(CRON_SCHEDULE_TIMEZONE of ml-pipeline-scheduledworkflow, UTC by default); a run cannot "
        "change it. If yours differs, pass --time-zone."
    )


def show_change(change: Change, console: Console) -> None:
    """Prints a change in one line."""
    color = COLORS.get(change.state, "default")
    name = "[bold]the run[/]" if not change.task else markup(change.task)
    because = f": {markup(change.reason)}" if change.reason and change.state in ENDS else ""
    console.print(
        f"{datetime.now():%H:%M:%S} {name} [{color}]{markup(change.state)}[/]{because}",
        highlight=False,
        soft_wrap=True,
    )
