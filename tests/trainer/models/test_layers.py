"""Layers that leave padding out."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest
from keras import ops

from trainer.models.backbones.affine import AffineConv2D, AffineDepthwiseConv2D
from trainer.models.layers import (
    Gain,
    HalveMask,
    MaskedPooling,
    MaskedReLU,
    SizeMask,
    StandardizedConv2D,
    fix_kernels,
)

FEATURES = np.random.default_rng(0).normal(0, 1, (2, 5, 7, 3)).astype("float32")
SIZES = np.array([[5, 7], [2, 3]], "int32")
MASK = np.zeros((2, 5, 7, 1), "float32")
MASK[0] = MASK[1, :2, :3] = 1


def test_the_mask_is_one_inside_each_image():
    np.testing.assert_array_equal(SizeMask()(FEATURES, SIZES), MASK)


@pytest.mark.parametrize("side", [1, 2, 7, 8, 9])
def test_half_a_mask_is_as_large_as_what_a_stride_of_two_leaves(side):
    image = np.zeros((1, 16, 16, 3), "float32")
    mask = SizeMask()(image, np.array([[side, side]], "int32"))

    assert ops.sum(HalveMask()(mask)) == math.ceil(side / 2) ** 2


def test_average_pooling_counts_each_images_own_positions():
    pooled = MaskedPooling("average")(FEATURES, MASK)

    np.testing.assert_allclose(pooled[0], FEATURES[0].mean((0, 1)), atol=1e-6)
    np.testing.assert_allclose(pooled[1], FEATURES[1, :2, :3].mean((0, 1)), atol=1e-6)


def test_max_pooling_sees_each_images_own_positions():
    pooled = MaskedPooling("max")(FEATURES, MASK)

    np.testing.assert_array_equal(pooled[0], FEATURES[0].max((0, 1)))
    np.testing.assert_array_equal(pooled[1], FEATURES[1, :2, :3].max((0, 1)))


def test_a_maximum_below_zero_is_not_lost_to_the_padding():
    assert (np.array(MaskedPooling("max")(-np.abs(FEATURES) - 1, MASK)) < -1).all()


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match=r"'sum'.*'average'.*'max'"):
        MaskedPooling("sum")


def test_pooling_is_built_again_from_its_configuration():
    layer = MaskedPooling("max", name="pool")

    assert MaskedPooling.from_config(layer.get_config()).pooling == "max"


def test_relu_sets_padding_to_zero():
    output = np.array(MaskedReLU()(np.ones_like(FEATURES), MASK))

    assert (output[1, 2:] == 0).all()
    assert (output[1, :2, :3] > 0).all()


def test_relu_keeps_the_variance_of_a_standard_normal():
    noise = np.random.default_rng(0).normal(0, 1, (1, 300, 300, 1)).astype("float32")

    assert np.var(MaskedReLU()(noise, np.ones_like(noise))) == pytest.approx(1, abs=0.02)


def test_a_standardized_convolution_ignores_its_kernels_offset_and_scale():
    layer = StandardizedConv2D(4, 3)
    before = np.array(layer(FEATURES))
    layer.kernel.assign(layer.kernel * 7 + 3)

    np.testing.assert_allclose(layer(FEATURES), before, atol=1e-3)


def test_a_standardized_convolution_keeps_the_variance_of_its_input():
    noise = np.random.default_rng(0).normal(0, 1, (1, 200, 200, 8)).astype("float32")

    assert np.var(StandardizedConv2D(32, 3)(noise)) == pytest.approx(1, abs=0.1)


def test_the_gain_of_a_convolution_scales_each_channel():
    layer = StandardizedConv2D(2, 3, use_bias=False)
    before = np.array(layer(FEATURES))
    layer.gain.assign([2.0, 0.0])

    np.testing.assert_allclose(layer(FEATURES)[..., 0], before[..., 0] * 2, rtol=1e-5)
    assert not np.any(layer(FEATURES)[..., 1])


def test_a_gain_starts_at_zero_and_is_trainable():
    layer = Gain()

    assert not np.any(layer(FEATURES))
    layer.factor.assign(0.5)
    np.testing.assert_allclose(layer(FEATURES), FEATURES / 2)
    assert [weight.shape for weight in layer.trainable_weights] == [()]


def test_shapes_are_known_for_unknown_sizes():
    image, size = keras.Input((None, None, 3)), keras.Input((2,), dtype="int32")
    mask = SizeMask()(image, size)

    assert mask.shape == HalveMask()(mask).shape == (None, None, None, 1)
    assert MaskedPooling("max")(MaskedReLU()(image, mask), mask).shape == (None, 3)


COMPUTED = {
    "standardized": lambda: StandardizedConv2D(4, 3),
    "affine": lambda: AffineConv2D(4, 3),
    "depthwise": lambda: AffineDepthwiseConv2D(3),
}


@pytest.fixture(params=COMPUTED)
def convolution(request):
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, COMPUTED[request.param]()(image))
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weight.shape) for weight in model.weights])
    return model


def test_a_fixed_kernel_gives_the_same_answer(convolution):
    noise = np.random.default_rng(1).normal(size=(2, 8, 8, 3)).astype("float32")

    fixed = fix_kernels(convolution)

    np.testing.assert_allclose(fixed(noise), convolution(noise), rtol=1e-4, atol=1e-4)


def test_a_fixed_kernel_is_used_as_it_is_and_the_model_keeps_its_own(convolution):
    layer = convolution.layers[1]
    weights, computed = convolution.get_weights(), layer.compute_kernel(layer.kernel)

    fixed = fix_kernels(convolution).layers[1]

    np.testing.assert_array_equal(fixed.find_kernel(fixed.kernel), computed)
    assert not np.allclose(computed, layer.kernel)
    for before, after in zip(weights, convolution.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_fixed_kernel_stays_fixed_when_the_model_is_built_again(convolution):
    fixed = fix_kernels(convolution)
    noise = np.random.default_rng(1).normal(size=(2, 8, 8, 3)).astype("float32")

    again = keras.models.clone_model(fixed)
    again.set_weights(fixed.get_weights())

    np.testing.assert_allclose(again(noise), fixed(noise), rtol=1e-5, atol=1e-5)
