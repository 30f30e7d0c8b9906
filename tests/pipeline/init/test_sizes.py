"""Which sizes, batch size and gate fit the data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.ingestion.summary import ALL, Sides, Summary
from pipeline.init import choices, sizes
from trainer import configs

IMAGES, MASKS = configs.load("images"), configs.load("masks")


def summary_of(side: int = 500, **values) -> Summary:
    sides = {ALL: Sides(20, side / 2, side)}
    splits = {"train": 80, "val": 10, "test": 10}
    empty = {split: {} for split in splits}
    return replace(Summary(splits, splits, empty, {}, sides, sides), **values)


def sized(base, side: int, share: float = 1.0):
    return choices.apply(base, sizes.choose_sizes(base, summary_of(side), share))


@pytest.mark.parametrize("base", [IMAGES, MASKS], ids=["images", "masks"])
def test_large_images_get_the_sizes_of_the_base(base):
    assert sized(base, 4000) == base


def test_small_images_are_not_enlarged():
    small = sized(IMAGES, 100)

    assert small.data.max_side == 100
    assert small.augment.side == 64


def test_the_smallest_crop_is_one_cell_of_the_grid():
    assert sized(IMAGES, 33, 0.5).augment.side == IMAGES.augment.grid


def test_a_share_makes_all_sides_smaller():
    half = sized(MASKS, 4000, 0.5)

    assert half.data.max_side == MASKS.data.max_side // 2
    assert (half.augment.side, half.model.sides) == (128, (128, 192))


@pytest.mark.parametrize(
    ("images", "bytes_of_image", "size"),
    [
        pytest.param(1000, 1, 32, id="usual"),
        pytest.param(32, 1, 8, id="few-images"),
        pytest.param(1, 1, 1, id="one-image"),
        pytest.param(1000, 500, 16, id="little-memory"),
        pytest.param(1000, 10**9, 1, id="no-memory"),
    ],
)
def test_the_batch_fits_the_images_and_the_memory(images, bytes_of_image, size):
    chosen = sizes.choose_batch_size(
        32, images=images, bytes_of_image=bytes_of_image, memory=4 * 4096
    )

    assert chosen.value == size


def test_the_gate_is_above_the_largest_class():
    counts = summary_of(classes={"a": {"train": 60}, "b": {"train": 40}})

    (gate,) = sizes.choose_gate(IMAGES, counts).value

    assert gate == {"metric": "accuracy", "at_least": 0.73, "max_drop": 0.03}


def test_the_gate_of_masks_is_above_a_mask_of_the_largest_class():
    counts = summary_of(mask_pixels={"train": {"background": 80, "object": 20}})

    (gate,) = sizes.choose_gate(MASKS, counts).value

    assert (gate["metric"], gate["at_least"]) == ("mean_iou", 0.6)
