"""Enlarges scores bilinearly: all at once, or some rows at a time, with only these in memory.

Rows are interpolated by their places in the whole image, so that parts fit together.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

# From a first row and an end to the scores [end - first, w, C] of these rows.
Rows = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

ROWS = 256  # Enlarged at once: bounds the memory for a large image's scores.


def cut(scores: tf.Tensor, first: tf.Tensor | int = 0) -> Rows:
    """Rows of scores that are there, from the row `first` of an image on."""
    return lambda start, end: scores[start - first : end - first]


def enlarge(scores: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Scores [h, w, C] enlarged to a size: [H, W, C]."""
    return enlarge_rows(cut(scores), tf.shape(scores)[0], tf.range(size[0]), size)


def describe_rows(
    scores: tf.Tensor, size: tf.Tensor, describe: Callable[[tf.Tensor], tf.Tensor]
) -> tf.Tensor:
    """What `describe` makes of scores [h, w, C] that are enlarged to a size: uint8 [H, W]."""
    return describe_band(cut(scores), tf.shape(scores)[0], tf.range(size[0]), size, describe)


def describe_band(
    score: Rows,
    height: tf.Tensor,
    rows: tf.Tensor,
    size: tf.Tensor,
    describe: Callable[[tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    """What `describe` makes of successive rows [R] of the enlarged scores: uint8 [R, W].

    The scores of an image of this height are asked for once.
    """
    above, below, _ = find_neighbours(rows, height, size[0])
    scores = score(above[0], below[-1] + 1)
    parts = (tf.shape(rows)[0] + ROWS - 1) // ROWS
    band = tf.TensorArray(tf.uint8, parts, infer_shape=False, element_shape=[None, None])
    for part in tf.range(parts):
        some = rows[part * ROWS : (part + 1) * ROWS]
        enlarged = enlarge_rows(cut(scores, above[0]), height, some, size)
        band = band.write(part, tf.cast(describe(enlarged), tf.uint8))
    return band.concat()


def enlarge_rows(score: Rows, height: tf.Tensor, rows: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Successive rows [R] of the enlarged scores of an image of this height: [R, W, C]."""
    above, below, weight = find_neighbours(rows, height, size[0])
    first = above[0]
    scores = score(first, below[-1] + 1)
    upper, lower = tf.gather(scores, above - first), tf.gather(scores, below - first)
    return tf.image.resize(upper * (1 - weight) + lower * weight, [tf.shape(rows)[0], size[1]])


def find_neighbours(
    rows: tf.Tensor, height: tf.Tensor, new_height: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The two rows that each new row [R] lies between, and the weight [R, 1, 1] of the second.

    Places and weights are those of tf.image.resize.
    """
    last = height - 1
    scale = tf.cast(height, tf.float32) / tf.cast(new_height, tf.float32)
    place = (tf.cast(rows, tf.float32) + 0.5) * scale - 0.5
    upper = tf.floor(place)
    above = tf.clip_by_value(tf.cast(upper, tf.int32), 0, last)
    below = tf.clip_by_value(tf.cast(tf.math.ceil(place), tf.int32), 0, last)
    return above, below, (place - upper)[:, tf.newaxis, tf.newaxis]
