"""Layers that enlarge maps to the size of a finer map, and ignore padding.

A stride of 2 rounds up, so twice a coarse map may have a row or a column too many: it is cut off.
Position n of a coarse map lies over positions 2n and 2n + 1 of the finer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from trainer.models.layers import Shape


class BilinearUpsampling(keras.layers.Layer):
    """A transposed convolution that starts as bilinear interpolation, to `factor` times the size.

    Each position is divided by the part of the kernel that is on the image, so that the edges keep
    their values though there is nothing outside to interpolate with.
    """

    def __init__(self, factor: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, coarse_shape: Shape, valid_shape: Shape, fine_shape: Shape) -> None:
        """Adds the kernel, with as many channels as the input."""
        sides = (2 * self.factor, 2 * self.factor)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*sides, coarse_shape[-1], coarse_shape[-1]),
            initializer=make_bilinear_kernel,
        )

    def call(
        self, coarse: keras.KerasTensor, valid: keras.KerasTensor, fine: keras.KerasTensor
    ) -> keras.KerasTensor:
        """Features [B, h, w, C] under the mask `valid`, brought to the size of the mask `fine`."""
        interpolation = make_bilinear_kernel((*self.kernel.shape[:2], 1, 1))
        interpolation = ops.cast(interpolation, self.compute_dtype)
        share = ops.maximum(self.grow(valid, interpolation), 1e-3)  # 0 deep in the padding.
        return crop(self.grow(coarse, self.kernel) / share, fine)

    def grow(self, coarse: keras.KerasTensor, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """The transposed convolution: [B, h, w, C] to [B, h * factor, w * factor, C]."""
        return ops.conv_transpose(coarse, kernel, strides=self.factor, padding="same")

    def compute_output_shape(
        self, coarse_shape: Shape, valid_shape: Shape, fine_shape: Shape
    ) -> Shape:
        """The features' channels in the mask's height and width."""
        return (*fine_shape[:3], coarse_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "factor": self.factor}


class NearestUpsampling(keras.layers.Layer):
    """Each position twice, in height and width."""

    factor = 2

    def call(self, coarse: keras.KerasTensor, fine: keras.KerasTensor) -> keras.KerasTensor:
        """Features [B, h, w, C], as large as the mask `fine` and zero where it is."""
        grown = ops.repeat(ops.repeat(coarse, self.factor, axis=1), self.factor, axis=2)
        return crop(grown, fine)

    def compute_output_shape(self, coarse_shape: Shape, fine_shape: Shape) -> Shape:
        """The features' channels in the mask's height and width."""
        return (*fine_shape[:3], coarse_shape[-1])


class MaskedCrop(keras.layers.Layer):
    """Cuts off the rows and columns that are not in a mask."""

    def call(self, features: keras.KerasTensor, fine: keras.KerasTensor) -> keras.KerasTensor:
        """Features [B, h, w, C], as large as the mask `fine` and zero where it is."""
        return crop(features, fine)

    def compute_output_shape(self, features_shape: Shape, fine_shape: Shape) -> Shape:
        """The features' channels in the mask's height and width."""
        return (*fine_shape[:3], features_shape[-1])


def crop(features: keras.KerasTensor, mask: keras.KerasTensor) -> keras.KerasTensor:
    """The features' first rows and columns, as many as the mask has, and zeros in the padding."""
    height, width = ops.shape(mask)[1], ops.shape(mask)[2]
    return features[:, :height, :width] * mask


def make_bilinear_kernel(shape: Sequence[int], dtype: str | None = None) -> keras.KerasTensor:
    """A kernel [2 * factor, 2 * factor, C, C] that interpolates each channel separately."""
    side, _, channels, _ = shape
    dtype = dtype or "float32"
    centres = (ops.arange(side, dtype=dtype) + 0.5) / (side // 2)
    ramp = 1 - ops.abs(centres - 1)
    square = ops.reshape(ramp, (side, 1, 1, 1)) * ops.reshape(ramp, (1, side, 1, 1))
    return square * ops.eye(channels, dtype=dtype)
