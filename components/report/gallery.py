"""Which test images the page shows: the worst, the best, and some that chance picks."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from components.report import test_examples
from components.report.cards import Card
from components.report.run import Run
from components.tasks import TASKS

WORST = 12
SOME = 6
BEST = 6


@dataclass(frozen=True)
class Group:
    """Images that are shown together."""

    title: str
    cards: list[Card]


def cards(run: Run, labels: list[str]) -> list[Card]:
    """The first test images, asked about."""
    card = TASKS[run.task].report.card
    answered = test_examples.answered(run.test_examples, run.model)
    return [card(fields, outputs, labels) for fields, outputs in answered]


def groups(cards: list[Card]) -> list[Group]:
    """No image twice; the worst first, each group in the order of its scores but for chance's."""
    ranked = sorted((c for c in cards if not math.isnan(c.score)), key=lambda card: card.score)
    worst, rest = ranked[:WORST], ranked[WORST:]
    best, others = rest[-BEST:], rest[:-BEST]
    some = random.Random(0).sample(others, min(SOME, len(others)))
    found = [
        Group("The worst", worst),
        Group("Some at random", some),
        Group("The best", best[::-1]),
    ]
    return [group for group in found if group.cards]
