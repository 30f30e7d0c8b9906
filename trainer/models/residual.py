"""Residual stages without batch normalization, that ignore padding.

He et al. (arXiv:1512.03385) for the blocks, Brock et al. (arXiv:2101.08692) for the
convolutions.
"""

from __future__ import annotations

import keras
from keras import layers

from trainer.models.layers import Gain, HalveMask, MaskedReLU, StandardizedConv2D


def halve(
    x: keras.KerasTensor, mask: keras.KerasTensor, width: int, name: str
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """A convolution of stride 2: half the height and width, rounded up."""
    x = layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    x = StandardizedConv2D(width, 3, strides=2, name=f"{name}_conv")(x)
    mask = HalveMask(name=f"{name}_mask")(mask)
    return MaskedReLU(name=f"{name}_relu")(x, mask), mask


def add_residual_block(
    x: keras.KerasTensor, mask: keras.KerasTensor, width: int, name: str
) -> keras.KerasTensor:
    """Two 3x3 convolutions around a shortcut."""
    y = StandardizedConv2D(width, 3, padding="same", name=f"{name}_conv1")(x)
    y = MaskedReLU(name=f"{name}_relu1")(y, mask)
    y = StandardizedConv2D(width, 3, padding="same", name=f"{name}_conv2")(y)
    y = layers.Add(name=f"{name}_add")([x, Gain(name=f"{name}_gain")(y)])
    return MaskedReLU(name=f"{name}_relu2")(y, mask)
