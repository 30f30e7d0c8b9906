"""The picture of batches: every image once, masks in the colours of their classes."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.batches.contact_sheet import SIDE, Batch, draw, draw_batch
from pipeline.tasks import TASKS
from pipeline.tasks.task import draw_image_alone
from serving import overlay
from serving.drawing import sheets
from trainer.data.records import IGNORED

LABELS = ("ground", "blue", "red")
RED = (250, 0, 0)


def batch(count: int, height: int, width: int, targets=None) -> Batch:
    """Red images."""
    images = np.broadcast_to(np.float32(RED), (count, height, width, 3))
    sizes = np.tile(np.int32([height, width]), (count, 1))
    first = np.tile(np.float32([1, 0, 0]), (count, 1))
    return Batch(images, sizes, first if targets is None else targets)


def count_pixels(sheet, colour) -> int:
    return int((np.asarray(sheet) == colour).all(-1).sum())


def test_every_image_is_drawn_once():
    sheet = draw([batch(11, 20, 30), batch(2, 40, 10)], LABELS, TASKS["classes"])

    assert count_pixels(sheet, RED) == 11 * 20 * 30 + 2 * 40 * 10
    assert sheet.width == sheets.GAP + sheets.COLUMNS * (SIDE + sheets.GAP)


def test_large_images_become_small():
    sheet = draw([batch(1, 400, 800)], LABELS, TASKS["classes"])

    assert count_pixels(sheet, RED) == SIDE * SIDE // 2


def test_grey_images_are_drawn_in_grey():
    grey = batch(1, 20, 30)._replace(images=np.full((1, 20, 30, 1), 77, "float32"))

    sheet = draw([grey], LABELS, TASKS["classes"])

    assert count_pixels(sheet, (77, 77, 77)) >= 20 * 30


def test_a_mask_colours_its_image_and_ignored_pixels_keep_theirs():
    mask = np.full((1, 20, 30, 1), IGNORED, np.uint8)
    mask[:, :, :10] = 1

    sheet = draw([batch(1, 20, 30, mask)], LABELS, TASKS["masks"])

    assert count_pixels(sheet, RED) == 20 * 20
    blue = np.array(overlay.make_palette()[1])
    mixed = (blue * overlay.OPACITY + np.array(RED) * (1 - overlay.OPACITY)).astype(int)
    assert count_pixels(sheet, tuple(mixed)) >= 20 * 9 - 1


def test_the_legend_has_the_colours_of_all_classes():
    mask = np.full((1, 20, 30, 1), IGNORED, np.uint8)

    with_legend = draw([batch(1, 20, 30, mask)], LABELS, TASKS["masks"])
    without = draw_batch(1, batch(1, 20, 30, mask), LABELS, TASKS["masks"])

    legend = overlay.draw_legend(LABELS)
    assert with_legend.height == without.height + legend.height
    for colour in overlay.make_palette(len(LABELS)):
        assert count_pixels(with_legend, tuple(colour)) > 50


@pytest.mark.parametrize(
    ("target", "caption"),
    [([0, 0, 1], "red"), ([0.25, 0, 0.75], "red 0.75, ground 0.25")],
    ids=["one-class", "two-images-blended"],
)
def test_the_caption_names_the_classes_of_an_image(target, caption):
    pixels = np.zeros((4, 5, 3), np.uint8)

    tile = TASKS["classes"].draw_target(pixels, np.float32(target), LABELS)

    assert tile.caption == caption
    assert tile.picture.size == (5, 4)


def test_the_box_of_an_image_is_drawn_on_it():
    pixels = np.zeros((40, 80, 3), np.uint8)
    target = np.float32([0, 1, 0, 0.25, 0.5, 0.75, 0.75])  # Of three classes, then the box.

    tile = TASKS["boxes"].draw_target(pixels, target, LABELS)

    assert tile.caption == LABELS[1]
    rows, columns = np.nonzero(np.asarray(tile.picture).any(axis=-1))
    assert (rows.min(), rows.max()) == (10, 30)
    assert (columns.min(), columns.max()) == (40, 60)


def test_a_task_without_a_drawing_shows_the_image_alone():
    pixels = np.full((4, 5, 3), 9, np.uint8)

    np.testing.assert_array_equal(draw_image_alone(pixels, None, LABELS).picture, pixels)
