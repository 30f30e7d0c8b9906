"""Scores, enlarged bilinearly, some rows at a time: at any time only those are in memory."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

# From a first row and an end to the scores [end - first, w, C] of these rows.
Rows = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def enlarge(scores: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Scores [h, w, C] enlarged to a size: [H, W, C]."""
    return enlarge_rows(lambda first, end: scores[first:end], scores, tf.range(size[0]), size)


def enlarge_rows(score: Rows, image: tf.Tensor, rows: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Successive rows [R] of the scores of an image [h, w, ...], enlarged to a size: [R, W, C].

    Rows are interpolated by their places in the whole image, so that parts fit together.
    """
    above, below, weight = find_neighbours(rows, tf.shape(image)[0], size[0])
    first = above[0]
    scores = score(first, below[-1] + 1)
    tall = (
        tf.gather(scores, above - first) * (1 - weight) + tf.gather(scores, below - first) * weight
    )
    return tf.image.resize(tall, [tf.shape(rows)[0], size[1]])


def find_neighbours(
    rows: tf.Tensor, height: tf.Tensor, new_height: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The two rows that each new row [R] lies between, and the weight [R, 1, 1] of the second.

    As in tf.image.resize.
    """
    last = height - 1
    scale = tf.cast(height, tf.float32) / tf.cast(new_height, tf.float32)
    place = (tf.cast(rows, tf.float32) + 0.5) * scale - 0.5
    upper = tf.floor(place)
    above = tf.clip_by_value(tf.cast(upper, tf.int32), 0, last)
    below = tf.clip_by_value(tf.cast(upper, tf.int32) + 1, 0, last)
    return above, below, (place - upper)[:, tf.newaxis, tf.newaxis]
