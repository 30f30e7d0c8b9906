"""Moved masks, and the maximum of what belongs to an image."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.models.applications.layers import GrowMask, MaskedMaxPooling2D, SlideMask, pad_window


def mask_of(length, *sizes):
    """Masks [B, length, length, 1] of square images."""
    row = np.arange(length)[None] < np.array(sizes)[:, None]
    return (row[:, :, None] & row[:, None])[..., None].astype("float32")


@pytest.mark.parametrize("ends", [(1, 1), (0, 2), (3, 3)])
def test_padding_belongs_to_each_image(ends):
    grown = GrowMask((ends, ends))(mask_of(9, 9, 4, 1))

    np.testing.assert_array_equal(grown, mask_of(9 + sum(ends), *np.array([9, 4, 1]) + sum(ends)))


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (1, 2), (7, 2)])
def test_a_position_is_valid_if_its_whole_window_is(kernel, stride):
    def count(size):
        return max(0, (size - kernel) // stride + 1)

    found = SlideMask(kernel, stride)(mask_of(12, 12, 9, 4))
    np.testing.assert_array_equal(found, mask_of(count(12), *map(count, (12, 9, 4))))


def test_the_maximum_leaves_out_padding_and_takes_negative_features():
    features = np.full((1, 5, 5, 1), -3.0, "float32")
    features[:, 3:] = 7
    pooled = MaskedMaxPooling2D(3, 2, padding="same")(features, mask_of(5, 3))

    np.testing.assert_array_equal(pooled[0, ..., 0], [[-3, -3, 0], [-3, -3, 0], [0, 0, 0]])


@pytest.mark.parametrize(("window", "ends"), [((3, 2), (0, 2)), ((2, 2), (0, 1)), ((7, 2), (2, 4))])
def test_sizes_round_up_whatever_the_size_is(window, ends):
    kernel, stride = window

    assert pad_window(kernel, stride) == ends
    for size in range(1, 9):
        assert (size + sum(ends) - kernel) // stride + 1 == -(-size // stride)
