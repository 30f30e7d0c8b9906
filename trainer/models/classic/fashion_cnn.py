"""The textbook's network for Fashion-MNIST: five convolutions, pooling, and three dense layers.

A. Geron, Hands-On Machine Learning, 2nd edition, chapter 14. `depth_pool` adds a maximum over
neighbouring channels before the dense layers, which the same chapter describes.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.classic_config import FashionCNNConfig
from trainer.models.classic.channel_layers import DepthMaxPool
from trainer.models.classic.fixed_size import add_hidden, build_square_inputs, convolve

KERNELS = ((7,), (3, 3), (3, 3))  # Of the convolutions of each stage; pooling follows.


def build(
    config: FashionCNNConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are those of
    the channels, in 0..255. Each image is scaled to a square of `config.side`.
    """
    inputs, x = build_square_inputs(config.side, mean=mean, std=std)
    for stage, (width, kernels) in enumerate(zip(config.widths, KERNELS, strict=True), start=1):
        for number, kernel in enumerate(kernels, start=1):
            x = convolve(x, width, kernel, f"stage{stage}_conv{number}")
        x = layers.MaxPooling2D(2, name=f"stage{stage}_pool")(x)
    if config.depth_pool > 1:
        x = DepthMaxPool(config.depth_pool, name="depth_pool")(x)
    x = layers.Flatten(name="flatten")(x)
    for number, units in enumerate(config.hidden, start=1):
        x = add_hidden(x, units, config.dropout, f"hidden{number}")
    logits = layers.Dense(classes, dtype="float32", name="logits")(x)

    return keras.Model(inputs, logits, name="fashion_cnn")
