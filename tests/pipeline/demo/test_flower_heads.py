"""Drawn flower heads."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

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
