"""Tiles cover an image once, and what is in memory is bounded."""

import numpy as np
import pytest

from serving.prediction.tiled import grid
from serving.prediction.tiled.grid import Plan, Window
from serving.prediction.tiled.sources import Rows
from tests.serving.prediction.tiled.asked import PIXELS

SIZE = PIXELS.shape[:2]


def make_plan(classes=3, pooling="", stride=(4, 4), halo=(8, 12), mirrored=False):
    return Plan(stride, halo, pooling, tuple(map(str, range(classes))), 0.0, mirrored)


def list_tiles(plan, side):
    rows = grid.divide_up(SIZE[0], side)
    return [tile for row in range(rows) for tile in grid.list_row(plan, SIZE, side, row)]


def test_each_pixel_is_in_one_tile_whose_window_has_the_halo():
    count = np.zeros(SIZE, int)

    for own, ((window, _),) in list_tiles(make_plan(), 16):
        count[own.top : own.bottom, own.left : own.right] += 1
        assert (window.top, window.left) == (max(0, own.top - 8), max(0, own.left - 12))
        assert window.bottom == min(SIZE[0], own.bottom + 8)
        assert window.right == min(SIZE[1], own.right + 12)

    assert (count == 1).all()


def test_the_mirrored_view_begins_at_a_multiple_of_the_stride_from_the_right_edge():
    for own, (straight, mirrored) in list_tiles(make_plan(mirrored=True), 16):
        window = mirrored.window
        assert (straight.mirrored, mirrored.mirrored) == (False, True)
        assert (SIZE[1] - window.right) % 4 == 0
        assert window.right >= min(SIZE[1], own.right + 12)
        assert window.left <= max(0, own.left - 12)
        assert (window.top, window.bottom) == (straight.window.top, straight.window.bottom)


@pytest.mark.parametrize(
    ("classes", "pooling", "side"), [(3, "", 512), (150, "", 308), (150, "mean", 512)]
)
def test_tiles_are_smaller_if_a_window_would_have_too_many_scores(classes, pooling, side):
    plan = make_plan(classes, pooling)

    assert grid.choose_side(plan, None) == side
    assert (side + 2 * 12) ** 2 * 4 * (1 if pooling else classes) <= grid.SCORE_BYTES


def test_a_tile_is_a_multiple_of_both_strides():
    assert grid.choose_side(make_plan(stride=(4, 6)), None) % 12 == 0
    with pytest.raises(ValueError, match="multiple of 12, the stride of the model: use 24"):
        grid.choose_side(make_plan(stride=(4, 6)), 16)


class Counting:
    """An image that remembers which rows were read."""

    size, note = SIZE, ""

    def __init__(self):
        self.rows = []

    def read(self, window):
        self.rows += range(window.top, window.bottom)
        return PIXELS[window.top : window.bottom, window.left : window.right]


def test_rows_are_read_once_and_kept_only_as_long_as_they_are_needed():
    source = Counting()
    rows = Rows(source)

    for _, ((window, _),) in list_tiles(make_plan(), 16):
        expected = PIXELS[window.top : window.bottom, window.left : window.right]
        np.testing.assert_array_equal(rows.read(window), expected)
        assert len(rows._kept) <= 16 + 2 * 8

    assert source.rows == list(range(SIZE[0]))


def test_a_later_start_does_not_keep_the_rows_before():
    source = Counting()

    found = Rows(source).read(Window(40, 3, 60, 9))

    np.testing.assert_array_equal(found, PIXELS[40:60, 3:9])
    assert source.rows == list(range(40, 60))
