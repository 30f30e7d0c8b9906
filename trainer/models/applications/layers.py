"""Layers that networks of keras.applications need under masks: moved masks, and masked pooling."""

from __future__ import annotations

import keras
from keras import layers, ops

from trainer.models.layers import Shape

LOWEST = -6e4  # Below all features, and finite in 16 bits.


class GrowMask(layers.ZeroPadding2D):
    """The mask of a map that was padded; the padding belongs to each image."""

    def call(self, valid: keras.KerasTensor) -> keras.KerasTensor:
        """[B, H, W, 1], with all new rows and columns before: the first position is valid."""
        (above, below), (left, right) = self.padding
        rows = ops.repeat(valid[:, :1], above + below, axis=1)
        valid = ops.concatenate([rows, valid], axis=1)
        columns = ops.repeat(valid[:, :, :1], left + right, axis=2)
        return ops.concatenate([columns, valid], axis=2)


class SlideMask(layers.MaxPooling2D):
    """The mask of a map after a window that pads nothing: valid if the whole window is."""

    def call(self, valid: keras.KerasTensor) -> keras.KerasTensor:
        """[B, H, W, 1] at the last position of each window: padding is below and on the right."""
        (height, width), (down, right) = self.pool_size, self.strides
        return valid[:, height - 1 :: down, width - 1 :: right]


class MaskedMaxPooling2D(layers.MaxPooling2D):
    """The maximum over the positions of a window that belong to the image.

    Windows lie as with "same" padding of even sizes, and sizes round up.
    """

    def call(self, features: keras.KerasTensor, valid: keras.KerasTensor) -> keras.KerasTensor:
        """Features [B, H, W, C] with a mask [B, H, W, 1] to [B, ceil(H/stride), ..., C]."""
        (kernel, _), (stride, _) = self.pool_size, self.strides
        ends = pad_window(kernel, stride)
        x = ops.where(valid > 0, features, LOWEST)
        x = ops.pad(x, ((0, 0), ends, ends, (0, 0)), constant_values=LOWEST)
        x = ops.max_pool(x, self.pool_size, self.strides, padding="valid")
        return x * valid[:, ::stride, ::stride]

    def compute_output_shape(self, features_shape: Shape, valid_shape: Shape) -> Shape:
        """The sizes of "same" padding."""
        return super().compute_output_shape(features_shape)


def pad_window(kernel: int, stride: int) -> tuple[int, int]:
    """How much to pad before and after, so that n positions give ceil(n / stride).

    TensorFlow's "same" pads as much before even sizes; of odd ones, its windows lie elsewhere.
    """
    before = (kernel - stride) // 2
    return before, kernel - 1 - before
