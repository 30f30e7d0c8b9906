"""Folds: no image is judged by what has learned it or a near-duplicate of it."""

from __future__ import annotations

import numpy as np
import pytest

from components.doubt import folds

LABELS = np.arange(60) % 3
GROUPS = [str(number // 4) for number in range(60)]


def test_a_group_is_never_on_both_sides_and_every_image_is_judged_once():
    judged = []
    for learned, rest in folds.split(LABELS, GROUPS, 5):
        assert not {GROUPS[n] for n in learned} & {GROUPS[n] for n in rest}
        judged += rest.tolist()

    assert sorted(judged) == list(range(60))


def test_too_few_different_images_are_refused():
    with pytest.raises(ValueError, match="4 different images"):
        folds.split(LABELS, [str(n % 4) for n in range(60)], 5)
