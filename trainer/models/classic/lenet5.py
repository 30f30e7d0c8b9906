"""LeNet-5 (LeCun et al., 1998), with average pooling and a dense layer of scores.

http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.classic_config import LeNet5Config
from trainer.models.classic.fixed_size import build_square_inputs


def build(
    config: LeNet5Config, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are those of
    the channels, in 0..255. Each image is scaled to a square of `config.side`.
    """
    inputs, x = build_square_inputs(config.side, mean=mean, std=std)
    x = layers.Conv2D(6, 5, padding="same", activation="tanh", name="c1")(x)
    x = layers.AveragePooling2D(2, name="s2")(x)
    x = layers.Conv2D(16, 5, activation="tanh", name="c3")(x)
    x = layers.AveragePooling2D(2, name="s4")(x)
    x = layers.Conv2D(120, 5, activation="tanh", name="c5")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(84, activation="tanh", name="f6")(x)
    logits = layers.Dense(classes, dtype="float32", name="logits")(x)

    return keras.Model(inputs, logits, name="lenet5")
