"""Chooses the test images of the report: the worst, the best, and some at random."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from components.report import test_examples
from components.report.cards import Card
from components.report.inputs import ReportInputs
from components.tasks import TASKS

WORST = 12
SOME = 6
BEST = 6


@dataclass(frozen=True)
class Group:
    """Images that are shown together."""

    title: str
    cards: list[Card]


def make_cards(run: ReportInputs, labels: list[str]) -> list[Card]:
    """Makes cards of the first test images."""
    make_card = TASKS[run.task].report.make_card
    predictions = test_examples.predict(run.test_examples, run.model)
    return [make_card(fields, outputs, labels) for fields, outputs in predictions]


def choose_groups(cards: list[Card]) -> list[Group]:
    """Chooses each image at most once. The worst and the best are in the order of their scores."""
    ranked = sorted((c for c in cards if not math.isnan(c.score)), key=lambda card: card.score)
    worst, rest = ranked[:WORST], ranked[WORST:]
    best, others = rest[-BEST:], rest[:-BEST]
    some = random.Random(0).sample(others, min(SOME, len(others)))
    groups = [
        Group("The worst", worst),
        Group("Some at random", some),
        Group("The best", best[::-1]),
    ]
    return [group for group in groups if group.cards]
