"""Drawn flower heads."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from pipeline.demo import flower_heads
from pipeline.demo.flower_heads import CANVAS, HEADS


@pytest.mark.parametrize("label", HEADS)
def test_a_head_stands_in_the_middle_of_a_see_through_canvas(label):
    head, _ = HEADS[label](Random(3))
    opaque = np.asarray(head)[..., 3] > 0

    assert opaque.shape == (CANVAS, CANVAS)
    assert opaque[CANVAS // 2, CANVAS // 2]
    assert 0.1 < opaque.mean() < 0.9


@pytest.mark.parametrize("label", HEADS)
def test_no_two_heads_are_alike(label):
    random = Random(3)

    first, second = (HEADS[label](random)[0].tobytes() for _ in range(2))

    assert first != second


def test_a_petal_is_broadest_at_its_belly_and_ends_at_its_tip():
    outline = np.array(flower_heads.petal((10, 20), 0.0, 100, 8, belly=0.5))

    assert outline[:, 0].min() == pytest.approx(10)
    assert outline[:, 0].max() == pytest.approx(110)
    assert outline[outline[:, 1].argmax()] == pytest.approx([60, 28])


def test_a_shade_stays_a_color():
    assert flower_heads.shade((200, 100, 0), 2.0) == (255, 200, 0)
    assert flower_heads.shade((200, 100, 0), 0.5, 0, -90, 10) == (100, 0, 10)
