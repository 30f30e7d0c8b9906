"""Masks as arrays of class ids: decodes them, and scales them to their image's size."""

from __future__ import annotations

import tensorflow as tf


def decode(encoded: tf.Tensor) -> tf.Tensor:
    """A record's mask: [H, W, 1] uint8 of class ids, and of IGNORED for pixels without a class."""
    return tf.ensure_shape(tf.io.decode_png(encoded, channels=1), [None, None, 1])


def resize(mask: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """[H, W, 1] scaled to a size (height, width) by nearest neighbours, which adds no new ids.

    It samples at the pixel centres that the scaling of images uses.
    """
    return tf.image.resize(mask, size, method=tf.image.ResizeMethod.NEAREST_NEIGHBOR)
