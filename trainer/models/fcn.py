"""A fully convolutional classifier: residual stages, and 1x1 convolutions for dense layers.

Long, Shelhamer, Darrell (arXiv:1411.4038) for the head, He et al. (arXiv:1512.03385) for the
blocks, Brock et al. (arXiv:2101.08692) for doing without batch normalization.
"""

from __future__ import annotations

import keras
from keras import layers

from trainer.config import ModelConfig
from trainer.models.layers import (
    Gain,
    HalveMask,
    MaskedPooling,
    MaskedReLU,
    SizeMask,
    StandardizedConv2D,
)


def build(config: ModelConfig, *, classes: int, mean: list, std: list) -> keras.Model:
    """Maps {"image": [B, H, W, 3] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: what lies beyond is padding. `mean` and `std` are
    those of the channels, in 0..255. H and W may be anything from 1 up, and differ between calls.
    """
    image = keras.Input((None, None, 3), name="image")
    size = keras.Input((2,), dtype="int32", name="size")
    mask = SizeMask(name="mask")(image, size)
    variance = [value**2 for value in std]
    x = layers.Normalization(mean=mean, variance=variance, name="normalize")(image)
    x = layers.Multiply(name="normalize_masked")([x, mask])

    x, mask = halve(x, mask, config.widths[0] // 2, "stem")
    for stage, width in enumerate(config.widths):
        x, mask = halve(x, mask, width, f"stage{stage}_down")
        for block in range(config.blocks):
            x = residual(x, mask, width, f"stage{stage}_block{block}")
    logits = HEADS[config.head](x, mask, config, classes)

    return keras.Model({"image": image, "size": size}, logits, name="fcn")


def halve(x, mask, width: int, name: str):
    """A convolution of stride 2: half the height and width, rounded up, whatever their parity."""
    x = layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    x = StandardizedConv2D(width, 3, strides=2, name=f"{name}_conv")(x)
    mask = HalveMask(name=f"{name}_mask")(mask)
    return MaskedReLU(name=f"{name}_relu")(x, mask), mask


def residual(x, mask, width: int, name: str):
    """Two 3x3 convolutions around a shortcut."""
    y = StandardizedConv2D(width, 3, padding="same", name=f"{name}_conv1")(x)
    y = MaskedReLU(name=f"{name}_relu1")(y, mask)
    y = StandardizedConv2D(width, 3, padding="same", name=f"{name}_conv2")(y)
    y = layers.Add(name=f"{name}_add")([x, Gain(name=f"{name}_gain")(y)])
    return MaskedReLU(name=f"{name}_relu2")(y, mask)


def conv_head(x, mask, config: ModelConfig, classes: int):
    """Scores each position by 1x1 convolutions, then pools the scores."""
    x = layers.SpatialDropout2D(config.dropout, name="dropout")(x)
    x = layers.Conv2D(config.widths[-1], 1, activation="relu", name="hidden")(x)
    x = layers.Conv2D(classes, 1, name="scores")(x)
    return MaskedPooling(config.pooling, name="logits")(x, mask)


def dense_head(x, mask, config: ModelConfig, classes: int):
    """Pools the features, then scores them once."""
    x = MaskedPooling(config.pooling, name="pool")(x, mask)
    x = layers.Dropout(config.dropout, name="dropout")(x)
    return layers.Dense(classes, name="logits")(x)


HEADS = {"conv": conv_head, "dense": dense_head}
