"""AlexNet (Krizhevsky et al., 2012), on one processor: without the groups that two GPUs needed.

https://papers.nips.cc/paper/4824
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.classic_config import AlexNetConfig
from trainer.models.classic.channel_layers import LocalResponseNormalization
from trainer.models.classic.fixed_size import add_hidden, build_square_inputs, convolve

HIDDEN = (4096, 4096)  # Units of the dense layers.


def build(
    config: AlexNetConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are those of
    the channels, in 0..255. Each image is scaled to a square of `config.side`.
    """
    inputs, x = build_square_inputs(config.side, mean=mean, std=std)
    width = scale_channels(96, config)
    x = layers.Conv2D(
        width, 11, strides=4, activation="relu", kernel_initializer="he_normal", name="conv1"
    )(x)
    x = normalize_and_pool(x, 1)
    x = convolve(x, scale_channels(256, config), 5, "conv2")
    x = normalize_and_pool(x, 2)
    for number, channels in enumerate((384, 384, 256), start=3):
        x = convolve(x, scale_channels(channels, config), 3, f"conv{number}")
    x = layers.MaxPooling2D(3, strides=2, name="pool5")(x)
    x = layers.Flatten(name="flatten")(x)
    for number, units in enumerate(HIDDEN, start=6):
        x = add_hidden(x, scale_channels(units, config), config.dropout, f"hidden{number}")
    logits = layers.Dense(classes, dtype="float32", name="logits")(x)

    return keras.Model(inputs, logits, name="alexnet")


def normalize_and_pool(x: keras.KerasTensor, number: int) -> keras.KerasTensor:
    """Local response normalization, and the maximum of 3x3 positions with a stride of 2."""
    x = LocalResponseNormalization(name=f"norm{number}")(x)
    return layers.MaxPooling2D(3, strides=2, name=f"pool{number}")(x)


def scale_channels(channels: int, config: AlexNetConfig) -> int:
    """A layer's channels or units at the model's width."""
    return max(1, round(channels * config.width))
