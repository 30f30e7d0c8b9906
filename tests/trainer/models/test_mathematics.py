"""What the chapters on convolutions state, on the layers that the models use.

A. Geron, Hands-On Machine Learning, 2nd edition, chapter 14; Dumoulin, Visin (arXiv:1603.07285).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from keras import layers

from trainer.models.layers import Map, MaskedPooling, pad_to_halve

FEATURES = np.random.default_rng(0).normal(size=(2, 13, 18, 3)).astype("float32")
GEOMETRIES = [(kernel, stride) for kernel in (1, 2, 3, 5, 7) for stride in (1, 2, 3)]


def convolve_by_hand(image, kernel, stride=1):
    """[B, H, W, C] with a kernel [h, w, C, D], without padding: a sum for each window."""
    height, width = kernel.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width), axis=(1, 2))
    return np.einsum("bijchw,hwcd->bijd", windows[:, ::stride, ::stride], kernel)


def pad_by_hand(image, kernel, stride):
    """Zeros as "same" adds them: what the last window lacks, the smaller half of it before."""
    ends = []
    for length in image.shape[1:3]:
        missing = max((math.ceil(length / stride) - 1) * stride + kernel - length, 0)
        ends.append((missing // 2, missing - missing // 2))
    return np.pad(image, ((0, 0), *ends, (0, 0)))


def test_a_convolution_of_1x1_is_a_dense_layer_on_the_last_axis():
    dense, conv = layers.Dense(5), layers.Conv2D(5, 1)
    expected = dense(FEATURES)
    conv.build(FEATURES.shape)
    kernel, bias = dense.get_weights()
    conv.set_weights([kernel[None, None], bias + 1])

    np.testing.assert_allclose(conv(FEATURES), expected + 1, atol=1e-5)


@pytest.mark.parametrize(("kernel", "stride"), GEOMETRIES)
def test_same_is_padding_by_hand_and_valid(kernel, stride):
    same, valid = (
        layers.Conv2D(4, kernel, strides=stride, padding=padding) for padding in ("same", "valid")
    )
    expected = same(FEATURES)
    padded = pad_by_hand(FEATURES, kernel, stride)
    valid.build(padded.shape)
    valid.set_weights(same.get_weights())

    np.testing.assert_allclose(valid(padded), expected, atol=1e-5)
    by_hand = convolve_by_hand(padded, same.get_weights()[0], stride)
    np.testing.assert_allclose(by_hand, expected, atol=1e-5)


@pytest.mark.parametrize(("kernel", "stride"), GEOMETRIES)
@pytest.mark.parametrize("kind", [layers.Conv2D, layers.MaxPooling2D])
def test_sizes_after_same_and_valid(kind, kernel, stride):
    first = (4,) if kind is layers.Conv2D else ()
    sizes = {}
    for padding in ("same", "valid"):
        layer = kind(*first, kernel, strides=stride, padding=padding)
        sizes[padding] = layer(FEATURES).shape[1:3]

    assert sizes["same"] == tuple(math.ceil(n / stride) for n in (13, 18))
    assert sizes["valid"] == tuple((n - kernel) // stride + 1 for n in (13, 18))


@pytest.mark.parametrize(("kernel", "factor"), [(3, 2), (4, 2), (5, 2), (2, 2), (5, 3), (3, 1)])
def test_a_transposed_convolution_is_upscaling_with_zeros_and_a_convolution_with_flipped_kernels(
    kernel, factor
):
    layer = layers.Conv2DTranspose(4, kernel, strides=factor, padding="valid")
    expected = layer(FEATURES)
    weights, _ = layer.get_weights()  # [kernel, kernel, outputs, inputs].

    batch, height, width, channels = FEATURES.shape
    upscaled = np.zeros((batch, (height - 1) * factor + 1, (width - 1) * factor + 1, channels))
    upscaled[:, ::factor, ::factor] = FEATURES
    ends = (kernel - 1, kernel - 1 + max(factor - kernel, 0))
    flipped = weights[::-1, ::-1].transpose(0, 1, 3, 2)
    found = convolve_by_hand(np.pad(upscaled, ((0, 0), ends, ends, (0, 0))), flipped)

    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("side", "kernel", "factor", "padding", "grown"),
    [(4, 2, 2, "same", 8), (4, 4, 2, "same", 8), (3, 5, 2, "same", 6), (3, 5, 2, "valid", 9)],
)
def test_sizes_after_a_transposed_convolution(side, kernel, factor, padding, grown):
    layer = layers.Conv2DTranspose(1, kernel, strides=factor, padding=padding)

    assert layer(np.ones((1, side, side, 1), "float32")).shape == (1, grown, grown, 1)


def test_global_average_pooling_is_the_mean_of_each_channel():
    pooled = layers.GlobalAveragePooling2D()(FEATURES)
    masked = MaskedPooling("average")(FEATURES, np.ones((2, 13, 18, 1), "float32"))

    for image in range(2):
        for channel in range(3):
            expected = sum(FEATURES[image, ..., channel].ravel().tolist()) / (13 * 18)
            np.testing.assert_allclose(pooled[image, channel], expected, atol=1e-5)
            np.testing.assert_allclose(masked[image, channel], expected, atol=1e-5)


@pytest.mark.parametrize("kernel", [1, 2, 3, 5, 7])
def test_our_padding_for_a_stride_of_two_is_same_for_even_sizes(kernel):
    even = FEATURES[:, :12]
    same, valid = (
        layers.Conv2D(4, kernel, strides=2, padding=padding) for padding in ("same", "valid")
    )
    expected = same(even)
    padded = pad_to_halve(Map(even, np.ones((2, 12, 18, 1), "float32")), kernel, "test")
    valid.build(padded.features.shape)
    valid.set_weights(same.get_weights())

    np.testing.assert_allclose(valid(padded.features), expected, atol=1e-5)
    assert padded.mask.shape[1:3] == expected.shape[1:3]


@pytest.mark.parametrize("axis", [0, 1], ids=["horizontal", "vertical"])
def test_a_filter_of_ones_own_keeps_the_lines_of_its_direction_only(axis):
    image = np.zeros((1, 21, 21, 1), "float32")
    image[0, 10], image[0, :, 10] = 1, 1  # A horizontal and a vertical line.
    kernel = np.zeros((7, 7, 1, 1), "float32")
    np.moveaxis(kernel, axis, 0)[3] = 1

    own = layers.Conv2D(1, 7, padding="same", use_bias=False)
    own.build(image.shape)
    own.set_weights([kernel])
    found = np.moveaxis(np.asarray(own(image))[0, ..., 0], axis, 0)

    np.testing.assert_allclose(found[10, 3:18], 7)
    assert (np.delete(found, 10, axis=0) <= 1).all()
