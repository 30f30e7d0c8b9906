"""A recurring run as the commands show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.kubeflow.schedule import cron

MODES = {"ENABLE": True, "DISABLE": False}  # The mode that was set; the status follows it late.


@dataclass(frozen=True, kw_only=True)
class Job:
    """A recurring run. The expression is the controller's: six fields, seconds first."""

    id: str
    name: str
    pipeline: str
    version: str
    expression: str  # Empty for a run with an interval in seconds.
    seconds: str
    enabled: bool
    pipeline_root: str

    @property
    def schedule(self) -> str:
        """The schedule in five fields, or its interval."""
        return cron.drop_seconds(self.expression) if self.expression else f"every {self.seconds} s"

    def find_next_times(self, zone: ZoneInfo, *, count: int = 3) -> list[datetime]:
        """The next times, if the controller is in this time zone."""
        if not self.enabled or not self.expression:
            return []
        return cron.find_times(self.expression, zone, count=count)


def read_job(answer: Any) -> Job:
    """The recurring run in an answer of the API, with IDs as names of pipeline and version."""
    pinned = answer.pipeline_version_reference
    every = answer.trigger.periodic_schedule if answer.trigger else None
    by_cron = answer.trigger.cron_schedule if answer.trigger else None
    config = answer.runtime_config
    return Job(
        id=answer.recurring_run_id,
        name=answer.display_name,
        pipeline=(pinned.pipeline_id if pinned else "") or "",
        version=(pinned.pipeline_version_id if pinned else "") or "",
        expression=(by_cron.cron if by_cron else "") or "",
        seconds=(every.interval_second if every else "") or "",
        enabled=MODES.get(answer.mode, answer.status == "ENABLED"),
        pipeline_root=(config.pipeline_root if config else "") or "",
    )
