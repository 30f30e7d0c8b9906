"""What must be shown before a canary is promoted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from serving import printable
from serving.client import connect
from serving.rollout import tables
from serving.rollout.comparison import page as comparison_page
from serving.rollout.comparison import thresholds
from serving.rollout.comparison.answers import choose_files
from serving.rollout.comparison.answers import compare as compare_versions
from serving.rollout.comparison.differences import METRICS
from serving.rollout.comparison.thresholds import Threshold
from serving.rollout.errors import RolloutRefused
from serving.rollout.rollout import Rollout
from serving.terminal import errors, say


@dataclass(frozen=True)
class Plan:
    """The images of the comparison, none if it is skipped, and its thresholds."""

    files: list[Path]
    thresholds: list[Threshold]

    def list_failures(self, metrics: dict[str, float]) -> list[str]:
        """A sentence for each threshold that is not met. Raises RolloutRefused."""
        return thresholds.list_failures(self.thresholds, metrics)


def make_plan(images: Path | None, *, limit: int, when: Sequence[str], skips: bool) -> Plan:
    """What the options ask for. Raises RolloutRefused if they contradict each other."""
    if bool(images) == skips or (skips and when):
        raise RolloutRefused(
            "Give --images DIR for the comparison, with --when for its conditions; or, without "
            "both, --skip-comparison."
        )
    wanted = thresholds.read_thresholds(when, METRICS)
    return Plan(choose_files(images, limit) if images else [], wanted)


def compare(rollout: Rollout, plan: Plan, page: Path) -> dict[str, float]:
    """Compares on the first server, prints the metrics and writes the page. Returns the metrics.

    Raises RolloutRefused without a canary, or a ServingError.
    """
    position, version = rollout.find_canary()
    if not plan.files:
        return {}
    url = next(iter(rollout.servers)).url
    with ExitStack() as stack:
        stable, canary = (
            stack.enter_context(connect(url, rollout.model.name, version=number))
            for number in (position.stable, version)
        )
        files = track(plan.files, "images compared", console=errors)
        comparison = compare_versions(stable, canary, files)
    tables.show_comparison(comparison, position)
    partial = page.with_name(f".{uuid.uuid4().hex}.html")
    partial.write_text(comparison_page.render(rollout.model.name, position, comparison), "utf-8")
    partial.replace(page)
    say(f"Page: {printable.markup(page)}")
    return comparison.metrics
