"""How much two answers about one image differ."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from serving.client import Box, Localization, Prediction, Segmentation
from serving.rollout.comparison.differences import compare_masks, measure


def segmentation(rows):
    stream = io.BytesIO()
    mask = np.array(rows, np.uint8)
    Image.fromarray(mask).save(stream, "PNG")
    shares = {str(one): float(np.mean(mask == one)) for one in range(3)}
    return Segmentation(stream.getvalue(), shares)


def test_equal_labels_agree_and_probabilities_differ_by_their_mean():
    stable = Prediction("cat", {"cat": 0.75, "dog": 0.25})
    canary = Prediction("cat", {"cat": 0.5, "dog": 0.5})

    assert measure(stable, canary) == {"agreement": 1.0, "probability_difference": 0.25}


@pytest.mark.parametrize(
    ("label", "shift", "agreement"),
    [("cat", 1.0, 1.0), ("cat", 2.0, 0.0), ("dog", 0.0, 0.0)],
    ids=["overlap", "little-overlap", "another-label"],
)
def test_boxes_agree_if_label_and_place_do(label, shift, agreement):
    stable = Localization("cat", {"cat": 0.75, "dog": 0.25}, Box(0, 0, 4, 4))
    canary = Localization(label, {"cat": 0.5, "dog": 0.5}, Box(0, shift, 4, 4 + shift))

    assert measure(stable, canary) == {
        "agreement": agreement,
        "probability_difference": 0.25,
        "iou": pytest.approx((4 - shift) / (4 + shift)),
    }


def test_a_box_and_a_class_agree_in_nothing():
    stable = Localization("cat", {"cat": 1.0}, Box(0, 0, 4, 4))

    assert measure(stable, Prediction("cat", {"cat": 1.0})) == {"agreement": 0.0}


def test_a_class_that_one_version_lacks_counts_as_zero():
    stable = Prediction("cat", {"cat": 1.0})
    canary = Prediction("cow", {"cat": 0.5, "cow": 0.5})

    assert measure(stable, canary) == {"agreement": 0.0, "probability_difference": 0.5}


def test_masks_agree_by_pixels_and_by_the_classes_in_either():
    found = measure(segmentation([[0, 0], [1, 1]]), segmentation([[0, 0], [1, 2]]))

    assert found["agreement"] == 0.75
    assert found["differing_pixels"] == 0.25
    assert found["iou"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert found["fraction_difference"] == pytest.approx((0 + 0.25 + 0.25) / 3)


def test_masks_of_different_sizes_agree_in_nothing():
    found = compare_masks(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8))

    assert found == {"agreement": 0.0, "iou": 0.0, "differing_pixels": 1.0}


def test_a_classifier_and_a_segmenter_agree_in_nothing():
    assert measure(Prediction("cat", {"cat": 1.0}), segmentation([[0]])) == {"agreement": 0.0}
