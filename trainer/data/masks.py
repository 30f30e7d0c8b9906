"""Masks as arrays of class ids: decoded, and brought to the size of their image."""

from __future__ import annotations

import tensorflow as tf


def decode(encoded: tf.Tensor) -> tf.Tensor:
    """A record's mask: [H, W, 1] uint8 of class ids, and of IGNORED where a pixel has none."""
    return tf.ensure_shape(tf.io.decode_png(encoded, channels=1), [None, None, 1])


def resize(mask: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """[H, W, 1] brought to a size (height, width) by nearest neighbours: no new id appears.

    Pixels are taken at the centres that the image's own scaling goes by.
    """
    return tf.image.resize(mask, size, method=tf.image.ResizeMethod.NEAREST_NEIGHBOR)
