"""Maps made larger: interpolation, and the size of a finer map."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainer.models.upsampling import (
    BilinearUpsampling,
    MaskedCrop,
    NearestUpsampling,
    make_bilinear_kernel,
)

COARSE = np.random.default_rng(0).normal(0, 1, (2, 3, 4, 2)).astype("float32")


def ones(height, width):
    return np.ones((2, height, width, 1), "float32")


@pytest.mark.parametrize("factor", [2, 8, 16, 32])
def test_it_starts_as_bilinear_interpolation_to_the_very_edges(factor):
    size = (3 * factor, 4 * factor)
    grown = BilinearUpsampling(factor)(COARSE, ones(3, 4), ones(*size))

    expected = tf.image.resize(COARSE, size, method="bilinear")
    np.testing.assert_allclose(grown, expected, atol=1e-5)


def test_the_kernel_of_the_paper_is_what_it_starts_with():
    ramp = np.array([0.25, 0.75, 0.75, 0.25])
    kernel = np.array(make_bilinear_kernel((4, 4, 2, 2)))

    np.testing.assert_allclose(kernel[..., 0, 0], np.outer(ramp, ramp))
    np.testing.assert_allclose(kernel[..., 1, 1], np.outer(ramp, ramp))
    assert not kernel[..., 0, 1].any()


def test_an_image_in_a_larger_batch_is_interpolated_as_if_alone():
    valid, fine = np.zeros((2, 3, 4, 1), "float32"), np.zeros((2, 5, 8, 1), "float32")
    valid[:, :2, :3], fine[:, :3, :5] = 1, 1
    layer = BilinearUpsampling(2)
    padded = np.array(layer(COARSE * valid, valid, fine))

    alone = layer(COARSE[:, :2, :3], ones(2, 3), ones(3, 5))
    np.testing.assert_allclose(padded[:, :3, :5], alone, atol=1e-6)
    assert not padded[:, 3:].any()
    assert not padded[:, :, 5:].any()


def test_interpolation_is_learned_unless_it_is_frozen():
    learned, fixed = BilinearUpsampling(2), BilinearUpsampling(2, trainable=False)
    for layer in (learned, fixed):
        layer(COARSE, ones(3, 4), ones(6, 8))

    assert [weight.shape for weight in learned.trainable_weights] == [(4, 4, 2, 2)]
    assert not fixed.trainable_weights


def test_interpolation_is_built_again_from_its_configuration():
    layer = BilinearUpsampling(8, name="larger", trainable=False)
    again = BilinearUpsampling.from_config(layer.get_config())

    assert (again.factor, again.name, again.trainable) == (8, "larger", False)


@pytest.mark.parametrize("size", [(6, 8), (5, 7), (5, 8)])
def test_the_nearest_position_is_repeated_as_far_as_the_finer_map_goes(size):
    grown = np.array(NearestUpsampling()(COARSE, ones(*size)))

    np.testing.assert_array_equal(grown, COARSE.repeat(2, 1).repeat(2, 2)[:, : size[0], : size[1]])


def test_rows_and_columns_that_the_other_map_lacks_are_cut_off():
    np.testing.assert_array_equal(MaskedCrop()(COARSE, ones(2, 4)), COARSE[:, :2])


@pytest.mark.parametrize("layer", [NearestUpsampling(), MaskedCrop()], ids=lambda x: x.name)
def test_padding_stays_zero(layer):
    mask = ones(3, 4)
    mask[:, 1:] = 0

    output = np.array(layer(COARSE, mask))
    assert output[:, :1].all()
    assert not output[:, 1:].any()


def test_shapes_are_known_for_unknown_sizes():
    coarse, valid, fine = (keras.Input((None, None, channels)) for channels in (5, 1, 1))

    for grown in (
        BilinearUpsampling(2)(coarse, valid, fine),
        NearestUpsampling()(coarse, fine),
        MaskedCrop()(coarse, fine),
    ):
        assert grown.shape == (None, None, None, 5)
