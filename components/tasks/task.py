"""What a task adds to the components: checks of served answers, a baseline, and the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from components.metrics.results import MakeClassRow, Slices
from components.report.cards import Card
from components.report.plots import Plot
from components.report.test_examples import Values

# Compares the answers to all images together, to each alone, and over REST; says what is wrong.
FindProblem = Callable[[list[bytes], list[Any], list[Any], list[Any]], str]


@dataclass(frozen=True)
class ReportParts:
    """What a task adds to the report of a run."""

    kind: str  # The kind of model: the page's subtitle.
    curves: tuple[str, ...]  # The training metrics that have a plot.
    card_width: str  # The least width of a card, in CSS.
    make_card: Callable[[Values, Values, list[str]], Card]  # From record, answer and labels.
    make_class_row: MakeClassRow
    select_slices: Callable[[Slices], Slices]  # Those that the table of slices shows.
    draw_confusion: Callable[[str, list[str]], Plot | None]  # From evaluation folder and labels.
    make_legend: Callable[[list[str], list[Card]], list[tuple[str, str]]]  # Names, CSS colours.


@dataclass(frozen=True)
class TaskComponents:
    """What a task adds to the components."""

    find_problem: FindProblem  # Empty if the answers are sound.
    adapt_served: Callable[[str, Any], tf.Module]  # Makes a served version this run's baseline.
    report: ReportParts
