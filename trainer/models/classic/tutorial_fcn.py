"""The flower tutorial's network: blocks of convolution, dropout, batch normalization and ReLU.

Two heads end it, of dense layers or of 1x1 convolutions, each with batch normalization too. The
tutorial pads nothing, so its smallest image has 19 x 19 pixels; here each block pads its input, and
an image may have any size. The numbers of weights are equal.
https://github.com/himanshurawlani/fully_convolutional_network
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.classic_config import TutorialFCNConfig
from trainer.models.classic.blocks import Convolution, convolve, normalize_batch, rectify
from trainer.models.inputs import build_inputs, normalize
from trainer.models.layers import Map, MaskedPooling

FULL_SIZE = 2  # So many blocks keep the image's size; each later one halves it.


def build(
    config: TutorialFCNConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255. H and W may be anything from 1 up, and differ between calls.
    """
    inputs, mask = build_inputs(len(mean))
    x = Map(normalize(inputs["image"], mask, mean=mean, std=std), mask)
    for number, width in enumerate(config.widths, start=1):
        shape = Convolution(width, 3, 2 if number > FULL_SIZE else 1)
        x = add_block(x, shape, config, f"block{number}")
    logits = (add_conv_head if config.head == "conv" else add_dense_head)(x, config, classes)

    return keras.Model(inputs, logits, name="tutorial_fcn")


def add_block(before: Map, shape: Convolution, config: TutorialFCNConfig, name: str) -> Map:
    """A convolution, dropout, batch normalization and ReLU, with zeros in the padding."""
    x = regularize(convolve(before, shape, f"{name}_conv"), config, name)
    return rectify(x, f"{name}_relu")


def regularize(before: Map, config: TutorialFCNConfig, name: str) -> Map:
    """Dropout and batch normalization; not zero in the padding."""
    x = layers.Dropout(config.dropout, name=f"{name}_dropout")(before.features)
    return normalize_batch(Map(x, before.mask), f"{name}_norm")


def add_conv_head(before: Map, config: TutorialFCNConfig, classes: int) -> keras.KerasTensor:
    """Scores each position by 1x1 convolutions, then pools the scores."""
    x = add_block(before, Convolution(config.hidden, 1), config, "hidden")
    x = regularize(convolve(x, Convolution(classes, 1), "scores_conv"), config, "scores")
    return MaskedPooling(config.pooling, name="logits")(x.features, x.mask)


def add_dense_head(before: Map, config: TutorialFCNConfig, classes: int) -> keras.KerasTensor:
    """Pools the features, then scores them by dense layers."""
    x = MaskedPooling(config.pooling, name="pool")(before.features, before.mask)
    x = layers.Dropout(config.dropout, name="pool_dropout")(x)
    x = layers.BatchNormalization(name="pool_norm")(x)
    x = layers.Dense(config.hidden, activation="relu", name="hidden")(x)
    x = layers.Dropout(config.dropout, name="hidden_dropout")(x)
    x = layers.BatchNormalization(name="hidden_norm")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)
