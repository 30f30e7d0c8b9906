"""One self-contained HTML page of a run, for a person who looks at it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jinja2

from components.ingestion import rejects, summary
from components.metrics import results
from components.report import gallery, plots, test_examples, training_log
from components.report.run import Run
from components.tasks import TASKS
from trainer.data.records import SPLITS
from trainer.export import saved_model

TEMPLATE = "report.html.j2"
REJECTS_SHOWN = 20
IMAGES = "images"  # The one measure of a slice or class that is a count.


def html(run: Run) -> str:
    """The page. Whatever strangers named their files is escaped in it."""
    shown = {**verdict(run), **measured(run), **learned(run), **seen(run), **ingested(run)}
    made = datetime.now(timezone.utc).strftime("%d %B %Y, %H:%M UTC")
    template = environment().get_template(TEMPLATE)
    return template.render(run=run, task=TASKS[run.task].report, made=made, **shown)


def verdict(run: Run) -> dict[str, Any]:
    """Whether the model may be pushed, and why not."""
    return {
        "may_be_pushed": run.blessed and run.servable,
        "failures": results.gate_failures(run.evaluation),
    }


def measured(run: Run) -> dict[str, Any]:
    """Metrics of the whole test split, of each class and of each slice."""
    parts = TASKS[run.task].report
    candidate = results.slices(run.evaluation, results.CANDIDATE)
    baseline = results.overall(results.slices(run.evaluation, results.BASELINE))
    labels = saved_model.read_labels(run.model)
    slices = results.by_slice(parts.shown_slices(candidate))
    return {
        "metrics": only(baseline, results.overall(candidate)),
        "baseline": baseline,
        "classes": results.by_class(candidate, labels, parts.class_row),
        "slices": {name: only([IMAGES, *baseline], row) for name, row in slices.items()},
        "confusion": parts.confusion(run.evaluation, labels),
    }


def only(names: Iterable[str], row: dict[str, Any]) -> dict[str, Any]:
    """These of a row's measures: the candidate has others too, its gaps to the baseline."""
    return {name: row[name] for name in names if name in row}


def learned(run: Run) -> dict[str, Any]:
    """Curves of the training, with the epoch whose weights were kept."""
    log = training_log.read(run.logs)
    best = training_log.best_epoch(log)
    there = [metric for metric in TASKS[run.task].report.curves if metric in log]
    return {"curves": [plots.curve(said(m), log[m], best) for m in there], "best_epoch": best}


def seen(run: Run) -> dict[str, Any]:
    """Test images with what is true of them and what the model says."""
    labels = saved_model.read_labels(run.model)
    cards = gallery.cards(run, labels)
    return {
        "groups": gallery.groups(cards),
        "asked": len(cards),
        "legend": TASKS[run.task].report.legend(labels, cards),
    }


def ingested(run: Run) -> dict[str, Any]:
    """Counts, rejects and sizes."""
    sizes = test_examples.sizes(run.test_examples)
    return {
        "summary": summary.read(run.rejects),
        "splits": SPLITS,
        "rejects": rejects.read(run.rejects)[:REJECTS_SHOWN],
        "sizes": plots.sizes(sizes) if sizes else None,
    }


def environment() -> jinja2.Environment:
    """Where the template is, and what it may call."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"said": said, "measure": measure}
    return made


def said(metric: str) -> str:
    """A metric as people write it."""
    return metric.replace("_", " ").replace("iou", "IoU")


def measure(value: float | None, name: str = "") -> str:
    """A count or a ratio of a table; a dash where there is none."""
    if value is None:
        return "–"  # noqa: RUF001
    return f"{value:.0f}" if name == IMAGES else f"{value:.3f}"
