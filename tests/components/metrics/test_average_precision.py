"""Average precision by both definitions of Pascal VOC, on lists that are computed by hand."""

from __future__ import annotations

import pytest

from components.metrics.average_precision import average_11_points, average_area, compute_curve

HIT, MISS = (1, 0), (0, 1)
# Precisions 1, 1/2, 2/3, 1/2, 2/5, 1/2 at recalls 1/4, 1/4, 2/4, 2/4, 2/4, 3/4 of 4 true boxes.
# Greatest precision from a recall on: 1 up to 1/4, 2/3 up to 1/2, 1/2 up to 3/4, then 0.
MIXED = [HIT, MISS, HIT, MISS, MISS, HIT]


@pytest.mark.parametrize(
    ("counts", "truths", "points", "area"),
    [
        pytest.param(
            MIXED, 4, (3 * 1 + 3 * 2 / 3 + 2 / 2) / 11, (1 + 2 / 3 + 1 / 2) / 4, id="mixed"
        ),
        pytest.param([HIT] * 5, 5, 1.0, 1.0, id="all-right"),
        pytest.param([MISS] * 3, 5, 0.0, 0.0, id="all-wrong"),
        pytest.param([], 5, 0.0, 0.0, id="nothing-found"),
        pytest.param([HIT] * 3, 10, 4 / 11, 0.3, id="a-recall-of-0.3-reaches-four-points"),
        pytest.param([MISS, HIT], 1, 0.5, 0.5, id="a-miss-first"),
        pytest.param([(1, 1)], 1, 0.5, 0.5, id="of-equal-probability"),
    ],
)
def test_both_definitions_give_what_was_computed_by_hand(counts, truths, points, area):
    curve = compute_curve(counts, truths)

    assert average_11_points(curve) == pytest.approx(points)
    assert average_area(curve) == pytest.approx(area)


def test_the_curve_has_recall_and_precision_of_the_first_detections():
    curve = compute_curve(MIXED, 4)

    assert curve.recall == pytest.approx([0.25, 0.25, 0.5, 0.5, 0.5, 0.75])
    assert curve.precision == pytest.approx([1, 1 / 2, 2 / 3, 1 / 2, 2 / 5, 1 / 2])
