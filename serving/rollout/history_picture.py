"""Draws the gate's metrics over the pushed versions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from serving.rollout.errors import RolloutRefused
from serving.rollout.evaluations import Evaluation, list_gate_metrics
from serving.rollout.records import Position

FORMATS = (".png", ".svg")
BLUE, ORANGE, GREY = "#3b82f6", "#f59e0b", "#888888"
PANEL = (8.0, 2.6)  # Inches.
MOST_PANELS = 8
NAMED = 20  # At most so many versions have room for their names.
STYLE = {"axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.2}


def write(path: Path, evaluations: dict[int, Evaluation], position: Position | None) -> None:
    """A panel for each metric: values, what the gate required, and the labelled versions.

    Raises RolloutRefused for another kind of file, or if no version has an evaluation.
    """
    metrics = list_gate_metrics(evaluations)[:MOST_PANELS]
    if path.suffix not in FORMATS:
        raise RolloutRefused(f"--picture {path} must end in {' or '.join(FORMATS)}.")
    if not metrics:
        raise RolloutRefused("No version here has an evaluation: there is nothing to draw.")
    with rc_context(STYLE):
        figure = Figure(figsize=(PANEL[0], PANEL[1] * len(metrics)), layout="constrained")
        panels = figure.subplots(len(metrics), squeeze=False)[:, 0]
        for axes, metric in zip(panels, metrics, strict=True):
            draw_metric(axes, metric, evaluations)
            mark_labels(axes, list(evaluations), position)
            axes.legend(frameon=False, fontsize=8)
        partial = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
        figure.savefig(partial, dpi=120)
    partial.replace(path)


def draw_metric(axes: Axes, metric: str, evaluations: dict[int, Evaluation]) -> None:
    """The metric of each version, with a gap for versions without it, and the gate's limit."""
    places = range(len(evaluations))
    nan = float("nan")
    values = [found.metrics.get(metric, nan) for found in evaluations.values()]
    gates = [{**found.gate, **found.at_most} for found in evaluations.values()]
    limits = [gate.get(metric, nan) for gate in gates]
    axes.plot(places, values, marker="o", color=BLUE, label=metric.replace("_", " "))
    axes.plot(places, limits, marker="_", linestyle=":", color=GREY, label="required")
    step = max(1, len(evaluations) // NAMED)
    names = [str(version) for version in evaluations]
    axes.set_xticks(list(places)[::step], names[::step], rotation=30, ha="right", fontsize=8)
    axes.set_title(metric.replace("_", " "), fontsize=10)


def mark_labels(axes: Axes, versions: Sequence[int], position: Position | None) -> None:
    """A line at the stable version, and one at a canary."""
    if position is None:
        return
    marked = {"stable": position.stable, "canary": position.canary}
    for (name, version), colour in zip(marked.items(), (BLUE, ORANGE), strict=True):
        if version in versions:
            axes.axvline(versions.index(version), color=colour, linestyle="--", label=name)
