"""From an image file's bytes to the pixels a model sees: one way, in training and in serving."""

from __future__ import annotations

import tensorflow as tf


def decode(encoded: tf.Tensor) -> tf.Tensor:
    """Decodes one JPEG, PNG, GIF (its first frame) or BMP: [H, W, 3] uint8.

    Greyscale and palettes become RGB, 16 bits become 8, and alpha is dropped. TensorFlow does not
    read EXIF: ingestion turns images upright before they are recorded.
    Raises InvalidArgumentError for bytes of another kind, and for truncated ones.
    """
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    return tf.ensure_shape(image, [None, None, 3])


def limit_sides(image: tf.Tensor, max_side: int) -> tf.Tensor:
    """Scales [H, W, 3] down so that no side is over `max_side` pixels; never up. uint8.

    The aspect ratio stays, to the nearest pixel, and no side becomes shorter than 1.
    """
    sides = tf.cast(tf.shape(image)[:2], tf.float32)
    factor = tf.minimum(1.0, max_side / tf.reduce_max(sides))
    target = tf.maximum(1, tf.cast(tf.round(sides * factor), tf.int32))
    scaled = tf.cond(
        factor < 1.0,
        lambda: tf.image.resize(image, target, antialias=True),
        lambda: tf.cast(image, tf.float32),
    )
    return tf.saturate_cast(tf.round(scaled), tf.uint8)


def load(encoded: tf.Tensor, max_side: int) -> tf.Tensor:
    """The pixels a model sees of one encoded image, in training, evaluation and serving alike."""
    return limit_sides(decode(encoded), max_side)
