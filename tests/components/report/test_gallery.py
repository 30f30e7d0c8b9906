"""Which test images are chosen for the page."""

from __future__ import annotations

import math

import pytest

from components.report import gallery
from components.report.cards import Card


def card(score):
    return Card(f"{score}.png", score, "", (), ())


@pytest.mark.parametrize("count", [1, gallery.WORST, gallery.WORST + 1, 100])
def test_no_image_is_shown_twice_and_the_worst_comes_first(count):
    groups = gallery.choose_groups([card((n * 37 % count) / count) for n in range(count)])

    shown = [card.file for group in groups for card in group.cards]
    assert len(set(shown)) == len(shown) == min(count, gallery.WORST + gallery.SOME + gallery.BEST)
    assert groups[0].cards[0].score == 0.0


def test_the_best_come_best_first():
    groups = gallery.choose_groups([card(n / 100) for n in range(100)])

    best = [card.score for card in groups[-1].cards]
    assert best == sorted(best, reverse=True)
    assert best[0] == 0.99


def test_an_image_that_cannot_be_scored_is_left_out():
    assert gallery.choose_groups([card(math.nan)]) == []
