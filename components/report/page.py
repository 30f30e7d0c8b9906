"""Renders the report of a run as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jinja2

from components.ingestion import rejects, summary
from components.ingestion.near_duplicates import counts as near_duplicates
from components.metrics import results
from components.report import gallery, plots, reliability_plot, test_examples, training_log
from components.report.inputs import ReportInputs
from components.tasks import TASKS
from serving.drawing import html_pages
from trainer.data.records import SPLITS
from trainer.export import saved_model

TEMPLATE = "report.html.j2"
REJECTS_SHOWN = 20
IMAGES = "images"  # The one measure of a slice or class that is a count.


def render(run: ReportInputs) -> str:
    """Renders the page. The names of files and classes come from strangers: they are escaped."""
    parts = (
        read_verdict(run),
        read_metrics(run),
        read_calibration(run),
        draw_training(run),
        choose_images(run),
        read_ingestion(run),
    )
    values = {name: value for part in parts for name, value in part.items()}
    made = datetime.now(timezone.utc).strftime("%d %B %Y, %H:%M UTC")
    template = make_environment().get_template(TEMPLATE)
    return template.render(run=run, task=TASKS[run.task].report, made=made, **values)


def read_verdict(run: ReportInputs) -> dict[str, Any]:
    """Whether the model may be pushed, and why not."""
    return {
        "may_be_pushed": run.blessed and run.servable,
        "failures": results.list_gate_failures(run.evaluation),
    }


def read_metrics(run: ReportInputs) -> dict[str, Any]:
    """Metrics of the whole test split, of each class and of each slice."""
    parts = TASKS[run.task].report
    candidate = results.read_slices(run.evaluation, results.CANDIDATE)
    baseline = results.select_overall(results.read_slices(run.evaluation, results.BASELINE))
    labels = saved_model.read_labels(run.model)
    slices = results.tabulate_slices(parts.select_slices(candidate))
    return {
        "metrics": select(baseline, results.select_overall(candidate)),
        "baseline": baseline,
        "classes": results.tabulate_classes(candidate, labels, parts.make_class_row),
        "slices": {name: select([IMAGES, *baseline], row) for name, row in slices.items()},
        "confusion": parts.draw_confusion(run.evaluation, labels),
    }


def read_calibration(run: ReportInputs) -> dict[str, Any]:
    """How well probabilities fit the test split, and how they were fitted."""
    sums = results.read_reliability(run.evaluation)
    return {
        "reliability": None if sums is None else reliability_plot.draw(sums),
        "calibration": saved_model.read_calibration(run.model),
    }


def select(names: Iterable[str], row: dict[str, Any]) -> dict[str, Any]:
    """Selects metrics of a row: the candidate also has its differences to the baseline."""
    return {name: row[name] for name in names if name in row}


def draw_training(run: ReportInputs) -> dict[str, Any]:
    """Curves of the training, and the epoch whose weights were kept."""
    log = training_log.read(run.logs)
    best = training_log.find_best_epoch(log)
    metrics = [metric for metric in TASKS[run.task].report.curves if metric in log]
    curves = [plots.draw_curve(format_metric(metric), log[metric], best) for metric in metrics]
    return {"curves": curves, "best_epoch": best}


def choose_images(run: ReportInputs) -> dict[str, Any]:
    """Test images with their truth and the model's prediction."""
    labels = saved_model.read_labels(run.model)
    cards = gallery.make_cards(run, labels)
    return {
        "groups": gallery.choose_groups(cards),
        "predicted": len(cards),
        "legend": TASKS[run.task].report.make_legend(labels, cards),
    }


def read_ingestion(run: ReportInputs) -> dict[str, Any]:
    """Counts, rejects and sizes."""
    sizes = test_examples.read_sizes(run.test_examples)
    ingested = summary.read(run.rejects)
    return {
        "summary": ingested,
        "near_duplicates": near_duplicates.describe(ingested.near_duplicates),
        "splits": SPLITS,
        "rejects": rejects.read(run.rejects)[:REJECTS_SHOWN],
        "sizes": plots.draw_sizes(sizes) if sizes else None,
    }


def make_environment() -> jinja2.Environment:
    """Sets the template's folder and filters."""
    environment = html_pages.make_environment(Path(__file__).parent)
    environment.filters |= {"format_metric": format_metric, "format_value": format_value}
    return environment


def format_metric(name: str) -> str:
    """Formats the name of a metric for people."""
    return name.replace("_", " ").replace("iou", "IoU")


def format_value(value: float | None, name: str = "") -> str:
    """Formats a count or a ratio; None is a dash."""
    if value is None:
        return "–"  # noqa: RUF001
    return f"{value:.0f}" if name == IMAGES else f"{value:.3f}"
