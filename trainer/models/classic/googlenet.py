"""GoogLeNet (Szegedy et al., arXiv:1409.4842): inception blocks, without the auxiliary classifiers.

Local response normalization works on each position alone, so no image depends on its batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import keras
from keras import layers

from trainer.classic_config import GoogLeNetConfig
from trainer.models.classic.blocks import Convolution, convolve, pool, rectify
from trainer.models.classic.channel_layers import LocalResponseNormalization
from trainer.models.inputs import build_inputs, normalize
from trainer.models.layers import Map, MaskedPooling


class Inception(NamedTuple):
    """Channels of the branches; those that reduce come before a larger kernel."""

    one: int
    reduce_three: int
    three: int
    reduce_five: int
    five: int
    pooled: int


STAGES = (  # Table 1 of the paper; the map is halved before each stage.
    (Inception(64, 96, 128, 16, 32, 32), Inception(128, 128, 192, 32, 96, 64)),
    (
        Inception(192, 96, 208, 16, 48, 64),
        Inception(160, 112, 224, 24, 64, 64),
        Inception(128, 128, 256, 24, 64, 64),
        Inception(112, 144, 288, 32, 64, 64),
        Inception(256, 160, 320, 32, 128, 128),
    ),
    (Inception(256, 160, 320, 32, 128, 128), Inception(384, 192, 384, 48, 128, 128)),
)


def build(
    config: GoogLeNetConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255. H and W may be anything from 1 up, and differ between calls.
    """
    inputs, mask = build_inputs(len(mean))
    x = Map(normalize(inputs["image"], mask, mean=mean, std=std), mask)
    x = add_stem(x, config)
    for stage, blocks in enumerate(STAGES, start=3):
        x = pool(x, f"stage{stage}_pool")
        for letter, block in zip("abcde", blocks, strict=False):
            x = add_inception(x, scale_block(block, config), f"inception_{stage}{letter}")
    pooled = MaskedPooling("average", name="pool")(x.features, x.mask)
    dropped = layers.Dropout(config.dropout, name="dropout")(pooled)
    logits = layers.Dense(classes, dtype="float32", name="logits")(dropped)

    return keras.Model(inputs, logits, name="googlenet")


def add_stem(image: Map, config: GoogLeNetConfig) -> Map:
    """What comes before the inception blocks: a map of stride 4."""
    narrow, wide = scale_channels(64, config), scale_channels(192, config)
    x = pool(activate(image, Convolution(narrow, 7, 2), "stem_conv1"), "stem_pool")
    x = x._replace(features=LocalResponseNormalization(name="stem_norm1")(x.features))
    x = activate(x, Convolution(narrow, 1), "stem_conv2")
    x = activate(x, Convolution(wide, 3), "stem_conv3")
    return x._replace(features=LocalResponseNormalization(name="stem_norm2")(x.features))


def add_inception(before: Map, block: Inception, name: str) -> Map:
    """Four branches side by side, their channels joined."""
    three = activate(before, Convolution(block.reduce_three, 1), f"{name}_reduce3")
    five = activate(before, Convolution(block.reduce_five, 1), f"{name}_reduce5")
    around = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(before.features)
    branches = (
        activate(before, Convolution(block.one, 1), f"{name}_conv1"),
        activate(three, Convolution(block.three, 3), f"{name}_conv3"),
        activate(five, Convolution(block.five, 5), f"{name}_conv5"),
        activate(Map(around, before.mask), Convolution(block.pooled, 1), f"{name}_pooled"),
    )
    joined = layers.Concatenate(name=f"{name}_join")([branch.features for branch in branches])
    return Map(joined, before.mask)


def activate(before: Map, shape: Convolution, name: str) -> Map:
    """A convolution and ReLU, with zeros in the padding."""
    return rectify(convolve(before, shape, name), f"{name}_relu")


def scale_block(block: Inception, config: GoogLeNetConfig) -> Inception:
    """A block's channels at the model's width."""
    return Inception(*(scale_channels(channels, config) for channels in block))


def scale_channels(channels: int, config: GoogLeNetConfig) -> int:
    """A layer's channels at the model's width."""
    return max(1, round(channels * config.width))
