"""Random views of images with a box: the box stays around its object."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny_boxes
from trainer.data.augmentation import augment_boxed, find_view_size, is_flipped, move_to_box

SEEDS = range(40)
PLAIN = replace(tiny_boxes.EXPERIMENT.augment, brightness=0.0, contrast=0.0, saturation=0.0)


def view(seed, config=PLAIN):
    pixels, box = tiny_boxes.draw(seed, "red")
    image, moved = augment_boxed(tf.constant(pixels), tf.constant(box), seeds(seed), config)
    return image.numpy(), moved.numpy()


def seeds(seed):
    return tf.constant([seed, 7])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="crops-and-flips"),
        pytest.param({"min_crop_area": 0.05}, id="cut-off"),
        pytest.param({"max_aspect_change": 2.0, "max_zoom": 3.0}, id="stretched"),
    ],
)
def test_the_box_is_around_the_object_in_every_view(changes):
    for seed in SEEDS:
        image, box = view(seed, replace(PLAIN, **changes))
        rows, columns = np.nonzero(image[..., 0] - image[..., 2] > 60)
        found = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]

        np.testing.assert_allclose(found, scale(box, image), atol=2)


def scale(box, image):
    """The box in pixels."""
    return box * np.tile(image.shape[:2], 2)


def test_a_box_that_fits_is_whole():
    size, crop = tf.constant([100, 80]), tf.constant([0, 0, 50, 40])
    box = tf.constant([60.0, 50.0, 90.0, 75.0])

    for seed in SEEDS:
        top, left, height, width = move_to_box(crop, box, size, seeds(seed)).numpy()
        assert 0 <= top <= 60
        assert 90 <= top + height <= 100
        assert 0 <= left <= 50
        assert 75 <= left + width <= 80


def test_a_view_of_a_box_that_does_not_fit_shows_only_the_box():
    size, crop = tf.constant([100, 80]), tf.constant([0, 0, 20, 10])
    box = tf.constant([10.0, 10.0, 90.0, 75.0])

    places = np.array([move_to_box(crop, box, size, seeds(seed)).numpy() for seed in SEEDS])

    assert places[:, 0].min() >= 10
    assert (places[:, 0] + 20).max() <= 90
    assert len(set(places[:, 1])) > 5


def test_a_view_has_the_size_that_its_batch_expects():
    for seed in SEEDS:
        pixels, _ = tiny_boxes.draw(seed, "red")
        image, _ = view(seed)
        expected = find_view_size(tf.constant(pixels.shape[:2]), seeds(seed), PLAIN)
        assert image.shape[:2] == tuple(expected.numpy())


def test_about_half_of_the_views_are_flipped():
    assert 10 <= sum(bool(is_flipped(seeds(seed), PLAIN)) for seed in SEEDS) <= 30
