"""Boxes as numbers: overlap, crops and mirror images, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from serving.client import Box
from trainer.data import boxes, records

UNIT = (0.0, 0.0, 0.4, 0.4)
CASES = [
    pytest.param(UNIT, UNIT, 1.0, 1.0, id="equal"),
    pytest.param(UNIT, (0.0, 0.2, 0.4, 0.6), 1 / 3, 1 / 3, id="half-covered"),
    pytest.param(UNIT, (0.1, 0.1, 0.3, 0.3), 0.25, 0.25, id="inside"),
    # The smallest box around both has an area of 0.64; they cover 0.32.
    pytest.param(UNIT, (0.4, 0.4, 0.8, 0.8), 0.0, -0.5, id="corner-to-corner"),
    # 0.16 of both covers 0.28 of the 0.36 around.
    pytest.param(UNIT, (0.2, 0.2, 0.6, 0.6), 0.04 / 0.28, 0.04 / 0.28 - 0.08 / 0.36, id="diagonal"),
]


@pytest.mark.parametrize(("first", "second", "iou", "giou"), CASES)
def test_overlaps_are_those_computed_by_hand(first, second, iou, giou):
    pair = tf.constant([first]), tf.constant([second])

    assert float(boxes.compute_iou(*pair)[0]) == pytest.approx(iou, abs=1e-6)
    assert float(boxes.compute_giou(*pair)[0]) == pytest.approx(giou, abs=1e-6)
    assert float(boxes.compute_giou(*pair[::-1])[0]) == pytest.approx(giou, abs=1e-6)


def test_the_clients_iou_is_the_same():
    random = np.random.default_rng(0)
    first, second = (
        np.sort(random.random((2, 50, 2, 2)), axis=2).reshape(2, 50, 4).astype("float32")
    )

    found = [Box(*a).compute_iou(Box(*b)) for a, b in zip(first, second, strict=True)]

    np.testing.assert_allclose(found, boxes.compute_iou(first, second), atol=1e-5)
    assert max(found) > 0.1


def test_a_box_without_an_area_overlaps_nothing():
    nothing = tf.constant([0.2, 0.2, 0.2, 0.2])

    assert float(boxes.compute_iou(nothing, nothing)) == 0
    assert Box(2, 2, 2, 2).compute_iou(Box(2, 2, 2, 2)) == 0


def test_generalized_iou_falls_with_the_distance():
    far = tf.constant([[0.0, shift, 0.4, 0.4 + shift] for shift in (0.4, 0.5, 0.9)])

    found = boxes.compute_giou(tf.constant([UNIT]), far).numpy()

    assert list(found) == sorted(found, reverse=True)
    assert len(set(found)) == 3


def test_a_record_has_tensorflows_order():
    sides = {"ymin": 0.1, "xmin": 0.2, "ymax": 0.3, "xmax": 0.4}
    fields = {records.BOXES[name]: tf.constant(side) for name, side in sides.items()}

    np.testing.assert_allclose(boxes.read(fields), [0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("crop", "expected"),
    [
        pytest.param((0, 0, 100, 200), (0.2, 0.1, 0.6, 0.5), id="whole"),
        pytest.param((20, 20, 40, 80), (0, 0, 1, 1), id="the-box"),
        pytest.param((10, 0, 50, 100), (0.2, 0.2, 1, 1), id="corner"),
        pytest.param((40, 60, 40, 80), (0, 0, 0.5, 0.5), id="part-of-the-box"),
    ],
)
def test_a_box_moves_with_a_crop(crop, expected):
    box = tf.constant([0.2, 0.1, 0.6, 0.5])  # 20..60 of 100 rows, 20..100 of 200 columns.

    found = boxes.to_crop(box, tf.constant(crop), tf.constant([100, 200]))

    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_mirrored_box_is_as_far_from_the_other_side():
    np.testing.assert_allclose(
        boxes.mirror(tf.constant([0.2, 0.1, 0.6, 0.5])), [0.2, 0.5, 0.6, 0.9], atol=1e-6
    )
