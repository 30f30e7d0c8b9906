"""What a task adds to the components: checks of served answers, a baseline, and the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from components.metrics.results import ClassRow, Slices
from components.report.cards import Card
from components.report.plots import Plot
from components.report.test_examples import Values

# Of the images, and the answers to all together, to each alone, and over REST: what is wrong.
Judge = Callable[[list[bytes], list[Any], list[Any], list[Any]], str]


@dataclass(frozen=True)
class ReportParts:
    """What the page of a run shows of a task."""

    kind: str  # The kind of model: the page's subtitle.
    curves: tuple[str, ...]  # The metrics of the training whose curves are drawn.
    card_width: str  # In CSS: how wide a card is, at the least.
    card: Callable[[Values, Values, list[str]], Card]  # Of a record, the answer, the labels.
    class_row: ClassRow  # The measures of one class.
    shown_slices: Callable[[Slices], Slices]  # Those that have a row among the slices.
    confusion: Callable[[str, list[str]], Plot | None]  # Of the evaluation's folder, the labels.
    legend: Callable[[list[str], list[Card]], list[tuple[str, str]]]  # Names and CSS colours.


@dataclass(frozen=True)
class TaskComponents:
    """What a task adds to the components."""

    find_problem: Judge  # Empty if the answers are sound.
    adapt_served: Callable[[str, Any], tf.Module]  # A served version, with the facts of this run.
    report: ReportParts
