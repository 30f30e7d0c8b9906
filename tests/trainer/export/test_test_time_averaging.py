"""Networks that average over several views of an image."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from trainer.export import test_time_averaging

SIZES = np.array([[40, 24], [10, 30], [3, 1], [21, 40]], np.int32)


def batch(fill: float = 0.0) -> np.ndarray:
    """Images of those sizes, and what fills the batch beyond them."""
    pixels = np.full((len(SIZES), *SIZES.max(0), 3), fill, np.float32)
    for number, (height, width) in enumerate(SIZES):
        pixels[number, :height, :width] = tiny.pixels(height, width, number)
    return pixels


def first_column(pixels, sizes):
    return pixels * tf.constant([1.0] + [0.0] * (pixels.shape[2] - 1))[None, None, :, None]


def own_sides(pixels, sizes):
    """The longer side of what the network is shown, at each of its pixels."""
    sides = tf.reduce_max(tf.cast(sizes, tf.float32), axis=1)
    return tf.ones_like(pixels[..., :1]) * sides[:, None, None, None]


def test_a_mirrored_answer_is_the_mean_of_both_within_each_width():
    pixels = tf.constant(np.full((1, 2, 5, 3), 8, np.float32))
    found = test_time_averaging.average_mirrored(first_column)(
        pixels, tf.constant([[2, 3]])
    ).numpy()

    assert found[0, 0, :, 0].tolist() == [4.0, 0.0, 4.0, 0.0, 0.0]


def test_the_answer_at_several_sides_is_their_mean_and_none_is_scaled_up():
    found = test_time_averaging.average_sides(own_sides, (20, 32))(batch(), SIZES).numpy()

    for number, sides in enumerate([(20, 32), (20, 30), (3, 3), (20, 32)]):
        height, width = SIZES[number]
        np.testing.assert_allclose(found[number, :height, :width], np.mean(sides), rtol=1e-5)
    assert found.shape == (*batch().shape[:3], 1)


def test_the_content_of_the_padding_does_not_matter():
    network = test_time_averaging.average_sides(
        test_time_averaging.average_mirrored(lambda pixels, _: pixels), (20, 32)
    )
    clean, dirty = (network(batch(fill), SIZES).numpy() for fill in (0.0, 255.0))

    np.testing.assert_array_equal(clean, dirty)
    assert clean.std() > 10


def test_an_image_at_its_own_side_is_unchanged():
    found = test_time_averaging.average_sides(lambda pixels, _: pixels, (40,))(
        batch(), SIZES
    ).numpy()

    np.testing.assert_array_equal(found, batch())


@pytest.mark.parametrize("side", [1, 7])
def test_thin_strips_keep_at_least_a_pixel(side):
    strip = np.full((1, 3, 300, 3), 9, np.float32)
    found = test_time_averaging.average_sides(lambda pixels, _: pixels, (side,))(
        strip, np.array([[3, 300]], np.int32)
    )

    np.testing.assert_array_equal(found, strip)
