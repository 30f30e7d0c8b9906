"""Images are scaled to the one size of a network with dense layers."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from tests.fakes.images.padded import batch_of
from trainer.models.classic.fixed_size import FitSquare

SIDE = 12


def fit(images, **padding):
    inputs = batch_of(images, **padding)
    return np.array(FitSquare(SIDE)(inputs["image"], inputs["size"]))


def test_an_image_of_that_size_stays_as_it_is():
    image = tiny.pixels(SIDE, SIDE)

    np.testing.assert_allclose(fit([image])[0], image, atol=1e-4)


@pytest.mark.parametrize(
    "size",
    [(24, 24), (6, 6), (48, 12), (12, 36), (5, 5), (40, 10), (1, 1), (4, 2), (7, 7)],
    ids=lambda size: f"{size[0]}x{size[1]}",
)
def test_an_image_is_scaled_and_centred_as_tensorflow_does(size):
    image = tiny.pixels(*size)
    expected = tf.image.resize_with_pad(image, SIDE, SIDE, antialias=True)

    np.testing.assert_allclose(fit([image])[0], expected, atol=1e-3)


def test_the_room_around_a_strip_is_black():
    found = fit([np.full((3, 12, 3), 200, np.uint8)])[0]

    rows = found.mean((1, 2))
    np.testing.assert_allclose(rows, [0] * 4 + [200] * 3 + [0] * 5, atol=1e-3)


def test_images_of_a_batch_do_not_depend_on_each_other():
    images = [tiny.pixels(*size) for size in ((1, 1), (40, 9), (12, 12), (3, 31))]
    alone = np.concatenate([fit([image]) for image in images])

    np.testing.assert_allclose(fit(images, fill=255, room=9), alone, atol=1e-3)


def test_it_is_built_again_from_its_configuration():
    assert FitSquare.from_config(FitSquare(SIDE).get_config()).side == SIDE
