"""The metrics of boxes as TFMA computes them, against lists that are computed by hand."""

from __future__ import annotations

import math

import pytest

from components.metrics.boxes import (
    AVERAGE_PRECISION,
    BOX_IOU,
    MEAN_AP,
    MEAN_AP_11_POINT,
    BoxIoU,
    ClassAveragePrecision,
    MeanAveragePrecision,
    MeanAveragePrecision11Point,
)
from components.metrics.detections import Detection

KINDS = {
    BOX_IOU: BoxIoU,
    AVERAGE_PRECISION: ClassAveragePrecision,
    MEAN_AP: MeanAveragePrecision,
    MEAN_AP_11_POINT: MeanAveragePrecision11Point,
}
# True class, class found, probability, IoU. Class 0 has 4 images, class 1 has 2, class 2 has none.
DETECTIONS = [
    Detection(0, 0, 0.9, 0.8),
    Detection(1, 0, 0.8, 0.9),  # Another label: a miss of class 0.
    Detection(0, 0, 0.7, 0.5),  # An IoU of 0.5 is enough.
    Detection(0, 0, 0.6, 0.49),
    Detection(0, 1, 0.5, 0.9),
    Detection(1, 1, 0.4, 0.6),
]
# Class 0: hit, miss, hit, miss of 4 boxes. Class 1: miss, hit of 2 boxes.
AREAS = ((1 + 2 / 3) / 4, 0.5 / 2)
POINTS = ((3 * 1 + 3 * 2 / 3) / 11, 6 * 0.5 / 11)


def measure(name, *parts):
    """A metric's values by class, from the counts of several workers."""
    counting, derived = KINDS[name](3).computations(model_names=[""], output_names=[""])
    combiner = counting.combiner
    counts = []
    for part in parts:
        counts.append(combiner.create_accumulator())
        for detection in part:
            counts[-1] = combiner.add_input(counts[-1], detection)
    found = derived.result(combiner.extract_output(combiner.merge_accumulators(counts)))
    return {key.sub_key.class_id if key.sub_key else None: value for key, value in found.items()}


@pytest.mark.parametrize("cut", [0, 2, 6])
def test_values_are_those_computed_by_hand_whatever_the_number_of_workers(cut):
    parts = DETECTIONS[:cut], DETECTIONS[cut:]

    by_class = measure(AVERAGE_PRECISION, *parts)
    assert [by_class[0], by_class[1]] == pytest.approx(AREAS)
    assert math.isnan(by_class[2])
    assert measure(MEAN_AP, *parts)[None] == pytest.approx(sum(AREAS) / 2)
    assert measure(MEAN_AP_11_POINT, *parts)[None] == pytest.approx(sum(POINTS) / 2)
    assert measure(BOX_IOU, *parts)[None] == pytest.approx((0.8 + 0.9 + 0.5 + 0.49 + 0.9 + 0.6) / 6)


def test_an_image_of_a_class_that_the_model_does_not_know_lowers_the_mean():
    unknown = [*DETECTIONS, Detection(-1, 0, 0.1, 0.9)]

    assert measure(MEAN_AP, unknown)[None] == pytest.approx(sum(AREAS) / 3)


@pytest.mark.parametrize("name", [BOX_IOU, MEAN_AP, MEAN_AP_11_POINT])
def test_without_images_there_is_no_value(name):
    assert math.isnan(measure(name, [])[None])


def test_counts_do_not_grow_with_equal_detections():
    (counting, _) = BoxIoU(3).computations(model_names=[""], output_names=[""])
    counts = counting.combiner.create_accumulator()
    for _ in range(1000):
        counts = counting.combiner.add_input(counts, DETECTIONS[0])

    assert len(counts.found) == 1
    assert counts.truths[0] == 1000
