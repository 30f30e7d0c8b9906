"""Layers that make maps larger again, to the size of a finer map, and leave padding out.

A stride of 2 rounds up, so that twice a coarse map may have a row or a column too many: it is cut
off. Position n of a coarse map lies over positions 2n and 2n + 1 of the finer one.
"""

from __future__ import annotations

import keras
from keras import ops


class BilinearUpsampling(keras.layers.Layer):
    """A transposed convolution that starts as bilinear interpolation, to `factor` times the size.

    What each position gets is divided by the part of the kernel that lies on the image: also its
    edges, beyond which there is nothing to interpolate to, keep the values that they have.
    """

    def __init__(self, factor: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, coarse_shape, valid_shape, fine_shape) -> None:
        """Adds the kernel, of as many channels as come in."""
        sides = (2 * self.factor, 2 * self.factor)
        self.kernel = self.add_weight(
            name="kernel", shape=(*sides, coarse_shape[-1], coarse_shape[-1]), initializer=bilinear
        )

    def call(self, coarse, valid, fine):
        """Features [B, h, w, C] under the mask `valid`, brought to the size of the mask `fine`."""
        interpolation = bilinear((*self.kernel.shape[:2], 1, 1), dtype=self.compute_dtype)
        share = ops.maximum(self.grow(valid, interpolation), 1e-3)  # 0 deep in the padding.
        return cropped(self.grow(coarse, self.kernel) / share, fine)

    def grow(self, coarse, kernel):
        """The transposed convolution: [B, h, w, C] to [B, h * factor, w * factor, C]."""
        return ops.conv_transpose(coarse, kernel, strides=self.factor, padding="same")

    def compute_output_shape(self, coarse_shape, valid_shape, fine_shape):
        """The features' channels in the mask's height and width."""
        return (*fine_shape[:3], coarse_shape[-1])

    def get_config(self) -> dict:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "factor": self.factor}


class NearestUpsampling(keras.layers.Layer):
    """Each position twice, in height and width."""

    factor = 2

    def call(self, coarse, fine):
        """Features [B, h, w, C], as large as the mask `fine` and zero where it is."""
        grown = ops.repeat(ops.repeat(coarse, self.factor, axis=1), self.factor, axis=2)
        return cropped(grown, fine)

    def compute_output_shape(self, coarse_shape, fine_shape):
        """The features' channels in the mask's height and width."""
        return (*fine_shape[:3], coarse_shape[-1])


class MaskedCrop(keras.layers.Layer):
    """Cuts off the rows and columns that a mask does not have."""

    def call(self, features, fine):
        """Features [B, h, w, C], as large as the mask `fine` and zero where it is."""
        return cropped(features, fine)

    def compute_output_shape(self, features_shape, fine_shape):
        """The features' channels in the mask's height and width."""
        return (*fine_shape[:3], features_shape[-1])


def cropped(features, mask):
    """The features' first rows and columns, as many as the mask has, and zeros in the padding."""
    height, width = ops.shape(mask)[1], ops.shape(mask)[2]
    return features[:, :height, :width] * mask


def bilinear(shape: tuple, dtype: str | None = None):
    """A kernel [2 * factor, 2 * factor, C, C] that interpolates each channel for itself."""
    side, _, channels, _ = shape
    dtype = dtype or "float32"
    centres = (ops.arange(side, dtype=dtype) + 0.5) / (side // 2)
    ramp = 1 - ops.abs(centres - 1)
    square = ops.reshape(ramp, (side, 1, 1, 1)) * ops.reshape(ramp, (1, side, 1, 1))
    return square * ops.eye(channels, dtype=dtype)
