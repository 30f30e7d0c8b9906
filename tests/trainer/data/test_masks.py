"""Masks: decoded, and brought to the size of their image."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import tiny
from trainer.data import masks, records

MASK = np.array([[0, 1, 7], [records.IGNORED, 1, 2]], np.uint8)


def noise(height, width):
    return np.random.default_rng(height).integers(0, 3, (height, width), np.uint8)


def test_a_recorded_mask_is_decoded():
    decoded = masks.decode(tiny.png(MASK))

    assert decoded.dtype == tf.uint8
    np.testing.assert_array_equal(decoded, MASK[..., None])


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 80), width=st.integers(1, 80))
def test_no_new_class_appears(height, width):
    resized = masks.resize(MASK[..., None], [height, width])

    assert resized.shape == (height, width, 1)
    assert set(np.unique(resized)) <= set(MASK.flat)


@pytest.mark.parametrize("factor", [1, 2])
def test_a_multiple_of_the_size_repeats_every_pixel(factor):
    resized = masks.resize(MASK[..., None], [2 * factor, 3 * factor])

    np.testing.assert_array_equal(resized[..., 0], MASK.repeat(factor, 0).repeat(factor, 1))


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 60), width=st.integers(1, 60))
def test_each_pixel_is_the_one_that_the_image_shows_most_of(height, width):
    mask = noise(height, width)
    image = tiny.limited(tiny.PALETTE[mask], 32).numpy()
    resized = masks.resize(mask[..., None], image.shape[:2]).numpy()

    assert tiny.shown(image, resized).min() >= 63  # Bilinear: a quarter at the least.


@pytest.mark.parametrize("size", [(400, 90), (90, 400), (20, 3000)])
def test_image_and_mask_stay_together_however_far_they_shrink(size):
    mask = np.zeros(size, np.uint8)
    mask[size[0] // 3 :, size[1] // 3 :] = 1
    image = tiny.limited(tiny.PALETTE[mask], 48).numpy()
    resized = masks.resize(mask[..., None], image.shape[:2]).numpy()

    assert tiny.shown(image, resized).min() >= 100
