"""Boxes as numbers: (ymin, xmin, ymax, xmax), TensorFlow's order, in 0..1 of the image's sides."""

from __future__ import annotations

import tensorflow as tf

from trainer.data import records

ORDER = ("ymin", "xmin", "ymax", "xmax")


def read(fields: dict[str, tf.Tensor]) -> tf.Tensor:
    """The only box of a record, float32 [4]."""
    return tf.stack([fields[records.BOXES[side]] for side in ORDER], axis=-1)


def compute_area(boxes: tf.Tensor) -> tf.Tensor:
    """The areas [...] of boxes [..., 4]; 0 if a side is negative."""
    return tf.reduce_prod(tf.maximum(0.0, boxes[..., 2:] - boxes[..., :2]), axis=-1)


def compute_iou(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Intersection over union of boxes [..., 4], pair by pair: [...] in 0..1."""
    both = compute_area(intersect(first, second))
    return tf.math.divide_no_nan(both, compute_area(first) + compute_area(second) - both)


def compute_giou(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Generalized IoU (Rezatofighi et al., arXiv:1902.09630), pair by pair: [...] in -1..1.

    IoU minus the share of the smallest box around both that neither covers: unlike IoU, it also
    tells boxes apart that do not overlap.
    """
    both = compute_area(intersect(first, second))
    either = compute_area(first) + compute_area(second) - both
    upper, lower = tf.minimum(first, second)[..., :2], tf.maximum(first, second)[..., 2:]
    around = compute_area(tf.concat([upper, lower], -1))
    iou = tf.math.divide_no_nan(both, either)
    return iou - tf.math.divide_no_nan(around - either, around)


def intersect(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """The boxes [..., 4] that both cover; with negative sides if they do not overlap."""
    upper, lower = tf.maximum(first, second)[..., :2], tf.minimum(first, second)[..., 2:]
    return tf.concat([upper, lower], -1)


def to_crop(box: tf.Tensor, crop: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """The part of a box [4] that is in a crop, in 0..1 of the crop's sides.

    `crop` is top, left, height and width, in pixels of the image of this `size`; int32.
    """
    sides = tf.cast(tf.tile(size, [2]), tf.float32)
    corner, part = (tf.cast(tf.tile(values, [2]), tf.float32) for values in (crop[:2], crop[2:]))
    return tf.clip_by_value((box * sides - corner) / part, 0.0, 1.0)


def mirror(box: tf.Tensor) -> tf.Tensor:
    """The box [4] in the image flipped left to right."""
    ymin, xmin, ymax, xmax = tf.unstack(box)
    return tf.stack([ymin, 1 - xmax, ymax, 1 - xmin])
