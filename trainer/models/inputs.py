"""The inputs of every model: images of different sizes, padded, and a mask of their own pixels."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.models.layers import SizeMask

Inputs = dict[str, keras.KerasTensor]


def build_inputs(channels: int) -> tuple[Inputs, keras.KerasTensor]:
    """{"image": [B, H, W, C] in 0..255, "size": [B, 2]}, and the mask [B, H, W, 1] of the two.

    `size` is each image's own height and width: the rest is padding. H and W may differ
    between calls.
    """
    image = keras.Input((None, None, channels), name="image")
    size = keras.Input((2,), dtype="int32", name="size")
    return {"image": image, "size": size}, SizeMask(name="mask")(image, size)


def normalize(
    image: keras.KerasTensor,
    mask: keras.KerasTensor,
    *,
    mean: Sequence[float],
    std: Sequence[float],
) -> keras.KerasTensor:
    """The image with mean 0 and variance 1 in each channel, and zeros for its padding.

    `mean` and `std` are those of the channels, in 0..255. Computed in float32, because less cannot
    represent all pixel values.
    """
    variance = [value**2 for value in std]
    x = layers.Normalization(mean=mean, variance=variance, dtype="float32", name="normalize")(image)
    return layers.Multiply(name="normalize_masked")([x, mask])
