"""Convolutions, batch normalization, ReLU and pooling that ignore padding."""

from __future__ import annotations

from typing import NamedTuple

from keras import layers

from trainer.models.backbones.affine import MaskedBatchNormalization
from trainer.models.layers import Map, pad_to_halve


class Convolution(NamedTuple):
    """The shape of a convolution; a stride of 2 halves both sides, rounded up."""

    channels: int
    kernel: int
    stride: int = 1
    bias: bool = True


def convolve(before: Map, shape: Convolution, name: str) -> Map:
    """A convolution of features that are zero in the padding; its output is not."""
    x, mask = pad_to_halve(before, shape.kernel, name) if shape.stride == 2 else before
    layer = layers.Conv2D(
        shape.channels,
        shape.kernel,
        strides=shape.stride,
        padding="same" if shape.stride == 1 else "valid",
        use_bias=shape.bias,
        kernel_initializer="he_normal",
        name=name,
    )
    return Map(layer(x), mask)


def normalize_batch(before: Map, name: str) -> Map:
    """Batch normalization whose statistics leave out padding, where its output is not zero."""
    return Map(MaskedBatchNormalization(name=name)(before.features, before.mask), before.mask)


def rectify(before: Map, name: str) -> Map:
    """ReLU, with zeros in the padding."""
    x = layers.ReLU(name=name)(before.features)
    return Map(layers.Multiply(name=f"{name}_masked")([x, before.mask]), before.mask)


def pool(before: Map, name: str) -> Map:
    """The maximum of 3x3 positions, of features that are not negative; halves both sides."""
    x, mask = pad_to_halve(before, 3, name)
    return Map(layers.MaxPooling2D(3, strides=2, name=name)(x), mask)
