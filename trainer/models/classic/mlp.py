"""A network of dense layers on all pixels: the textbook's first one, on handwritten digits."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.classic_config import MLPConfig
from trainer.models.classic.fixed_size import add_hidden, build_square_inputs


def build(
    config: MLPConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are those of
    the channels, in 0..255. Each image is scaled to a square of `config.side`.
    """
    inputs, x = build_square_inputs(config.side, mean=mean, std=std)
    x = layers.Flatten(name="flatten")(x)
    for number, units in enumerate(config.hidden, start=1):
        x = add_hidden(x, units, config.dropout, f"hidden{number}")
    logits = layers.Dense(classes, dtype="float32", name="logits")(x)

    return keras.Model(inputs, logits, name="mlp")
