"""EfficientNet-Lite0 (Tan, Le, arXiv:1905.11946; Lite: without squeeze-and-excitation, with ReLU6).

Nothing in it looks at a whole image, so features do not depend on an image's size or on padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
from keras import layers

from trainer.model_config import Lite0BoxesConfig, Lite0Config, UNetLite0Config
from trainer.models.backbones.affine import (
    EPSILON,
    AffineConv2D,
    AffineDepthwiseConv2D,
    MaskedBatchNormalization,
    start_depthwise,
)
from trainer.models.inputs import Inputs, build_inputs, normalize
from trainer.models.layers import Map, MaskedReLU6, pad_to_halve

Config = Lite0Config | UNetLite0Config | Lite0BoxesConfig


class Block(NamedTuple):
    """An inverted residual block: 1x1 convolution, depthwise one, 1x1 convolution."""

    kernel: int
    stride: int
    expansion: int  # The depthwise convolution's channels, times those of the input.
    channels: int  # Of the output.


class Convolution(NamedTuple):
    """The shape of a convolution."""

    channels: int | None  # None: depthwise.
    kernel: int = 1
    stride: int = 1


STEM, TOP = 32, 1280  # Channels of the first and of the last convolution.
BLOCKS = (
    Block(3, 1, 1, 16),
    *(Block(3, 2, 6, 24), Block(3, 1, 6, 24)),
    *(Block(5, 2, 6, 40), Block(5, 1, 6, 40)),
    *(Block(3, 2, 6, 80), Block(3, 1, 6, 80), Block(3, 1, 6, 80)),
    *(Block(5, 1, 6, 112), Block(5, 1, 6, 112), Block(5, 1, 6, 112)),
    *(Block(5, 2, 6, 192), Block(5, 1, 6, 192), Block(5, 1, 6, 192), Block(5, 1, 6, 192)),
    Block(3, 1, 6, 320),
)
GROUPS = ("stem", *(f"block{number}" for number in range(len(BLOCKS))), "top")


def build_backbone(
    config: Config, *, mean: Sequence[float], std: Sequence[float]
) -> tuple[Inputs, dict[str, Map]]:
    """The inputs, and the maps: "image", "stem", and "block0" to "block15".

    Strides are 2 from "stem", 4 from "block1", 8 from "block3", 16 from "block5", 32 from
    "block11". The weights are initial ones; lite0_weights.py reads pretrained ones.
    """
    inputs, mask = build_inputs(len(mean))
    x = normalize_pixels(inputs["image"], mask, config, mean=mean, std=std)
    maps = {"image": Map(x, mask)}
    maps["stem"] = found = add_stem(maps["image"], config)
    for number, block in enumerate(BLOCKS):
        maps[f"block{number}"] = found = add_block(found, block, config, f"block{number}")
    return inputs, maps


def normalize_pixels(
    image: keras.KerasTensor,
    mask: keras.KerasTensor,
    config: Config,
    *,
    mean: Sequence[float],
    std: Sequence[float],
) -> keras.KerasTensor:
    """The image, normalized as the weights need it: pretrained ones, or new ones."""
    if config.weights == "none":
        return normalize(image, mask, mean=mean, std=std)
    x = layers.Rescaling(1 / 128, offset=-127 / 128, dtype="float32", name="normalize")(image)
    return layers.Multiply(name="normalize_masked")([x, mask])


def add_stem(image: Map, config: Config) -> Map:
    """The first convolution, of stride 2."""
    shape = Convolution(scale_channels(STEM, config), 3, 2)
    x, mask = convolve(image, shape, config, "stem_conv")
    return Map(MaskedReLU6(name="stem_relu")(x, mask), mask)


def add_block(before: Map, block: Block, config: Config, name: str) -> Map:
    """An inverted residual block (Sandler et al., arXiv:1801.04381).

    Its output is not zero in the padding.
    """
    found = before
    if block.expansion > 1:
        wide = Convolution(block.expansion * before.features.shape[-1])
        x, mask = convolve(found, wide, config, f"{name}_expand")
        found = Map(MaskedReLU6(name=f"{name}_expand_relu")(x, mask), mask)
    deep = Convolution(None, block.kernel, block.stride)
    x, mask = convolve(found, deep, config, f"{name}_depthwise")
    found = Map(layers.ReLU(6.0, name=f"{name}_depthwise_relu")(x), mask)
    narrow = Convolution(scale_channels(block.channels, config))
    x, mask = convolve(found, narrow, config, f"{name}_project")
    if block.stride == 1 and narrow.channels == before.features.shape[-1]:
        x = layers.Add(name=f"{name}_add")([before.features, x])
    return Map(x, mask)


def add_top(before: Map, config: Config) -> Map:
    """The last convolution, after "block15"; for classifiers."""
    x, mask = convolve(before, Convolution(scale_channels(TOP, config)), config, "top_conv")
    return Map(MaskedReLU6(name="top_relu")(x, mask), mask)


def convolve(before: Map, shape: Convolution, config: Config, name: str) -> Map:
    """A convolution with its batch normalization, frozen or learned; not zero in the padding."""
    x, mask = pad_to_halve(before, shape.kernel, name) if shape.stride == 2 else before
    x = build_convolution(shape, config, name)(x)
    if config.batch_norm == "trained":
        x = MaskedBatchNormalization(epsilon=EPSILON, name=f"{name}_norm")(x, mask)
    return Map(x, mask)


def build_convolution(shape: Convolution, config: Config, name: str) -> keras.Layer:
    """The layer, with a factor and an offset for each channel unless normalization follows."""
    affine = config.batch_norm == "frozen"
    options: dict[str, Any] = {
        "strides": shape.stride,
        "padding": "same" if shape.stride == 1 else "valid",
        "use_bias": affine,
        "name": name,
    }
    if shape.channels is None:
        deep = AffineDepthwiseConv2D if affine else layers.DepthwiseConv2D
        start = start_depthwise(shape.kernel)
        return deep(shape.kernel, depthwise_initializer=start, **options)
    full = AffineConv2D if affine else layers.Conv2D
    return full(shape.channels, shape.kernel, kernel_initializer="he_normal", **options)


def scale_channels(channels: int, config: Config) -> int:
    """A layer's channels at the model's width."""
    return max(1, round(channels * config.width))
