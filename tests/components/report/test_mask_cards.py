"""One image's mean IoU, against scikit-learn's, and the colours of classes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from components.report import mask_cards
from components.report.cards import Card
from trainer.data.records import IGNORED


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_iou_over_present_classes_is_scikit_learns(seed):
    random = np.random.default_rng(seed)
    truth, predicted = random.integers(0, 4, (2, 9, 7)).astype(np.uint8)
    truth[random.random((9, 7)) < 0.2] = IGNORED
    counts = truth != IGNORED

    found = mask_cards.compute_mean_iou(truth, predicted, 6)

    assert found == pytest.approx(jaccard_score(truth[counts], predicted[counts], average="macro"))


def test_a_mask_with_only_ignored_pixels_has_no_score():
    ignored = np.full((3, 3), IGNORED, np.uint8)

    assert math.isnan(mask_cards.compute_mean_iou(ignored, np.zeros_like(ignored), 2))


def test_the_legend_names_ignored_pixels_if_there_are_any():
    whole, partly = (Card("", 0.0, "", (), (), partly_ignored=some) for some in (False, True))

    assert mask_cards.make_legend(["pet"], [whole]) == [("pet", "rgb(230,159,0)")]
    assert mask_cards.make_legend(["pet"], [whole, partly])[1] == ("not counted", "rgb(0,0,0)")
