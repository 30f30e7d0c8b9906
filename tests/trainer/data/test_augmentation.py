"""Random views of training images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import tiny
from trainer import configs
from trainer.data.augmentation import augment, augment_pair, draw_crop_box, fit_to_grid
from trainer.data.records import IGNORED

PLAIN = replace(
    tiny.EXPERIMENT.augment,
    min_crop_area=1.0,
    max_aspect_change=1.0,
    brightness=0.0,
    contrast=0.0,
    saturation=0.0,
)
IMAGE = tiny.pixels(32, 24)


def view(image=IMAGE, seed=0, config=tiny.EXPERIMENT.augment):
    return augment(tf.constant(image), tf.constant([seed, 7]), config).numpy()


def boxes(size, config, count=200):
    """Top, left, height and width of many crops."""
    seeds = tf.stack([tf.range(count), tf.ones(count, tf.int32)], 1)
    draw = tf.function(lambda seed: draw_crop_box(size, [seed, seed + 5], config))
    return np.array([draw(seed) for seed in seeds])


def test_one_seed_gives_one_view():
    np.testing.assert_array_equal(view(seed=3), view(seed=3))


def test_another_seed_gives_another_view():
    first, second = view(seed=3), view(seed=4)

    assert first.shape != second.shape or np.abs(first - second).max() > 1


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 100), width=st.integers(1, 100), seed=st.integers(0, 10**6))
def test_sides_are_on_the_grid_and_values_in_their_range(height, width, seed):
    config = tiny.EXPERIMENT.augment
    pixels = view(tiny.pixels(height, width), seed)

    assert pixels.dtype == np.float32
    assert all(side % config.grid == 0 and 0 < side <= config.side for side in pixels.shape[:2])
    assert np.isfinite(pixels).all()
    assert 0 <= pixels.min() <= pixels.max() <= 255


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
@pytest.mark.parametrize("colour", [0, 255])
def test_the_strongest_colours_stay_in_range(name, colour):
    image = np.full((40, 40, 3), colour, np.uint8)

    for seed in range(10):
        pixels = view(image, seed, configs.load(name).augment)
        assert 0 <= pixels.min() <= pixels.max() <= 255


def test_without_variation_a_view_is_the_image_or_its_mirror_image():
    views = [view(seed=seed, config=PLAIN) for seed in range(12)]
    upright = [np.allclose(pixels, IMAGE, atol=0.01) for pixels in views]
    mirrored = [np.allclose(pixels, IMAGE[:, ::-1], atol=0.01) for pixels in views]

    assert all(np.logical_xor(upright, mirrored))
    assert any(upright)
    assert any(mirrored)


def test_without_mirrors_a_view_is_the_image():
    config = replace(PLAIN, mirror=False)

    for seed in range(12):
        np.testing.assert_allclose(view(seed=seed, config=config), IMAGE, atol=0.01)


def test_a_mask_is_mirrored_only_with_its_image():
    config = replace(PLAIN, mirror=False)

    for seed in range(12):
        mask = IMAGE[..., :1]
        _, moved = augment_pair(IMAGE, mask, tf.constant([seed, 7]), config)
        np.testing.assert_array_equal(moved, mask)


def test_light_and_contrast_change_grey_images_too():
    config = replace(PLAIN, brightness=0.3, contrast=0.3)
    views = [view(IMAGE[..., :1], seed, config) for seed in range(8)]

    assert {pixels.shape[-1] for pixels in views} == {1}
    assert np.ptp([pixels.mean() for pixels in views]) > 5


@pytest.mark.parametrize(
    ("name", "measure"),
    [
        pytest.param("brightness", np.mean, id="brightness"),
        pytest.param("contrast", np.std, id="contrast"),
        pytest.param("saturation", lambda pixels: np.ptp(pixels, axis=-1).mean(), id="saturation"),
        pytest.param("tint", lambda pixels: np.ptp(pixels.mean((0, 1))), id="tint"),
        pytest.param("grey", lambda pixels: np.ptp(pixels, axis=-1).mean(), id="grey"),
    ],
)
def test_colours_vary(name, measure):
    config = replace(PLAIN, **{name: 0.3})
    measured = [measure(view(seed=seed, config=config)) for seed in range(8)]

    assert np.ptp(measured) > 5


def test_an_image_without_colours_keeps_its_shapes():
    grey = view(config=replace(PLAIN, grey=1.0))

    assert np.ptp(grey, axis=-1).max() < 0.01
    assert grey.std() > 10


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 100), width=st.integers(1, 100), seed=st.integers(0, 10**6))
def test_a_mask_moves_with_its_image_and_has_no_new_class(height, width, seed):
    mask = np.random.default_rng(seed).choice(np.array([0, 1, 2, IGNORED], "u1"), (height, width))
    config = replace(PLAIN, min_crop_area=0.3, max_aspect_change=1.5, max_zoom=2.0)
    given_seed = tf.constant([seed, 7])
    image, moved = augment_pair(tiny.PALETTE[mask], mask[..., None], given_seed, config)

    assert moved.shape[:2] == image.shape[:2]
    assert set(np.unique(moved)) <= set(mask.flat)
    assert tiny.shown(image.numpy(), moved.numpy()).min(initial=255) >= 60


def test_colours_change_the_image_and_not_its_mask():
    mask, seed = tiny.drawn_mask(3), tf.constant([5, 7])
    pair = tiny.PALETTE[mask], mask[..., None], seed
    strong = replace(PLAIN, brightness=0.5, contrast=0.5, saturation=0.5, tint=0.5, grey=0.5)
    (image, moved), (plain, as_it_was) = (augment_pair(*pair, config) for config in (strong, PLAIN))

    assert np.abs(image - plain).max() > 10
    np.testing.assert_array_equal(moved, as_it_was)


def test_crops_vary_in_place_area_and_shape():
    top, left, height, width = boxes((60, 40), tiny.EXPERIMENT.augment).T

    assert min(len(set(part)) for part in (top, left, height, width)) > 8
    assert 0.48 < (height * width / 2400).min() < 0.65
    assert (height * width / 2400).max() > 0.9


def test_crops_lie_inside_and_reach_every_border():
    top, left, height, width = boxes((60, 40), tiny.EXPERIMENT.augment).T

    assert (top.min(), left.min()) == (0, 0)
    assert ((top + height).max(), (left + width).max()) == (60, 40)


def test_the_aspect_ratio_changes_by_at_most_the_factor():
    config = replace(tiny.EXPERIMENT.augment, max_aspect_change=1.5, min_crop_area=0.3)
    _, _, height, width = boxes((600, 400), config).T

    change = (height / width) / (600 / 400)
    assert 1 / 1.52 < change.min() < 0.75
    assert 1.3 < change.max() < 1.52


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param((32, 32), (32, 32), id="fits"),
        pytest.param((64, 32), (32, 16), id="scaled-down"),
        pytest.param((16, 8), (16, 8), id="never-enlarged"),
        pytest.param((3, 3), (8, 8), id="one-cell-at-least"),
        pytest.param((300, 3), (32, 8), id="narrow"),
        pytest.param((19, 21), (16, 24), id="to-the-nearest-cell"),
    ],
)
def test_sizes_on_the_grid(size, expected):
    assert tuple(fit_to_grid(tf.constant(size), tiny.EXPERIMENT.augment).numpy()) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param((16, 8), (32, 16), id="to-the-side"),
        pytest.param((8, 8), (16, 16), id="by-the-factor-at-the-most"),
        pytest.param((64, 32), (32, 16), id="scaled-down"),
    ],
)
def test_small_crops_are_enlarged_up_to_max_zoom(size, expected):
    config = replace(tiny.EXPERIMENT.augment, max_zoom=2.0)

    assert tuple(fit_to_grid(tf.constant(size), config).numpy()) == expected
