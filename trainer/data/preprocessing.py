"""Statistics of the training split, by TensorFlow Transform: labels, channel moments, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from trainer.data import boxes, images, masks, records

VOCABULARY = "labels"
CONSTANTS = ("channel_mean", "channel_std", "size_boundaries")
FRACTIONS = "class_fractions"
MEAN_BOX = "mean_box"


@dataclass(frozen=True)
class DataStatistics:
    """The statistics of the training split that the model and the evaluation need."""

    labels: tuple[str, ...]  # Sorted: the order of the model's outputs.
    mean: tuple[float, ...]  # Of each channel, 0..255; as many as the model's inputs have.
    std: tuple[float, ...]  # Of each channel, 0..255.
    size_boundaries: tuple[float, ...]  # Square roots of image areas, in pixels, ascending.
    class_fractions: tuple[float, ...] = ()  # Masks only: each class's mean share of the pixels.
    mean_box: tuple[float, ...] = ()  # Boxes only: ymin, xmin, ymax, xmax in 0..1 of the sides.


def preprocessing_fn(inputs: dict[str, Any], custom_config: dict[str, Any]) -> dict[str, tf.Tensor]:
    """Called by TFX's Transform for images with classes.

    `custom_config["size_buckets"]` is the number of quantiles of the image sizes, and
    `custom_config["channels"]` that of the model's inputs.
    """
    labels = tf.reshape(inputs[records.LABEL_TEXT], [-1])
    tft.vocabulary(labels, vocab_filename=VOCABULARY)
    return repeat_rows(compute_constants(inputs, custom_config), inputs)


def masks_preprocessing_fn(
    inputs: dict[str, Any], custom_config: dict[str, Any]
) -> dict[str, tf.Tensor]:
    """Called by TFX's Transform for images with masks of `custom_config["classes"]`."""
    fractions = average_fractions(densify(inputs[records.MASK]), len(custom_config["classes"]))
    learned = {**compute_constants(inputs, custom_config), FRACTIONS: fractions}
    return repeat_rows(learned, inputs)


def boxes_preprocessing_fn(
    inputs: dict[str, Any], custom_config: dict[str, Any]
) -> dict[str, tf.Tensor]:
    """Called by TFX's Transform for images with a class and a box."""
    tft.vocabulary(tf.reshape(inputs[records.LABEL_TEXT], [-1]), vocab_filename=VOCABULARY)
    sides = {name: tf.reshape(inputs[name], [-1]) for name in records.BOXES.values()}
    mean_box = tft.mean(boxes.read(sides), reduce_instance_dims=False)
    return repeat_rows({**compute_constants(inputs, custom_config), MEAN_BOX: mean_box}, inputs)


def compute_constants(
    inputs: dict[str, Any], custom_config: dict[str, Any]
) -> dict[str, tf.Tensor]:
    """The statistics of all images, by the names in CONSTANTS."""
    sides = compute_sizes(inputs[records.HEIGHT], inputs[records.WIDTH])
    mean, std = compute_moments(densify(inputs[records.ENCODED]), custom_config["channels"])
    quantiles = tft.quantiles(sides, custom_config["size_buckets"], epsilon=0.001)
    return dict(zip(CONSTANTS, (mean, std, tf.reshape(quantiles, [-1])), strict=True))


def repeat_rows(learned: dict[str, tf.Tensor], inputs: dict[str, Any]) -> dict[str, tf.Tensor]:
    """Repeats constants in each row, as columns: see docs/decisions/0009-statistics.md."""
    count = tf.size(inputs[records.HEIGHT])
    return {name: tf.tile(value[tf.newaxis], [count, 1]) for name, value in learned.items()}


def densify(column: tf.SparseTensor) -> tf.Tensor:
    """A column with one string in each row: string [N]."""
    return tf.reshape(tf.sparse.to_dense(column, default_value=""), [-1])


def average_fractions(encoded: tf.Tensor, classes: int) -> tf.Tensor:
    """Each class's share of the pixels that are not ignored, float32 [C]; images weigh equally."""

    def measure(mask: tf.Tensor) -> tf.Tensor:
        ids = tf.reshape(tf.cast(masks.decode(mask), tf.int32), [-1])
        counts = tf.math.bincount(ids, minlength=classes, maxlength=classes, dtype=tf.float32)
        return tf.math.divide_no_nan(counts, tf.reduce_sum(counts))

    spec = tf.TensorSpec([classes], tf.float32)
    each = tf.map_fn(measure, encoded, fn_output_signature=spec)
    mean = tft.mean(each, reduce_instance_dims=False)
    return tf.math.divide_no_nan(mean, tf.reduce_sum(mean))


def compute_sizes(height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """The side of the square with the image's area, float32 [N] pixels."""
    area = tf.cast(height, tf.float32) * tf.cast(width, tf.float32)
    return tf.sqrt(tf.reshape(area, [-1]))


def compute_moments(encoded: tf.Tensor, channels: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and standard deviation of each channel over all images, which weigh equally."""

    def measure(image_bytes: tf.Tensor) -> tf.Tensor:
        pixels = tf.cast(images.decode(image_bytes, channels=channels), tf.float32)
        return tf.stack([tf.reduce_mean(pixels, [0, 1]), tf.reduce_mean(pixels**2, [0, 1])])

    spec = tf.TensorSpec([2, channels], tf.float32)
    means = tft.mean(
        tf.map_fn(measure, encoded, fn_output_signature=spec), reduce_instance_dims=False
    )
    return means[0], tf.sqrt(tf.maximum(means[1] - means[0] ** 2, 1.0))


def read_classes(transform_uri: str) -> DataStatistics:
    """The statistics of images with classes, in Transform's output folder."""
    output = tft.TFTransformOutput(transform_uri)
    columns = _read_constants(output, {records.LABEL_TEXT: tf.constant([[""]])})
    return DataStatistics(_read_labels(output), *(columns[name] for name in CONSTANTS))


def read_masks(transform_uri: str, classes: tuple[str, ...]) -> DataStatistics:
    """The statistics of images with masks of these classes, in Transform's output folder."""
    columns = _read_constants(
        tft.TFTransformOutput(transform_uri), {records.MASK: _encode_one_pixel()}
    )
    return DataStatistics(classes, *(columns[name] for name in (*CONSTANTS, FRACTIONS)))


def read_boxes(transform_uri: str) -> DataStatistics:
    """The statistics of images with a class and a box, in Transform's output folder."""
    sides = {name: tf.constant([[0.0]]) for name in records.BOXES.values()}
    output = tft.TFTransformOutput(transform_uri)
    columns = _read_constants(output, {records.LABEL_TEXT: tf.constant([[""]]), **sides})
    mean, std, boundaries = (columns[name] for name in CONSTANTS)
    return DataStatistics(_read_labels(output), mean, std, boundaries, mean_box=columns[MEAN_BOX])


def _read_labels(output: tft.TFTransformOutput) -> tuple[str, ...]:
    return tuple(sorted(name.decode() for name in output.vocabulary_by_name(VOCABULARY)))


def _read_constants(
    output: tft.TFTransformOutput, target: dict[str, Any]
) -> dict[str, tuple[float, ...]]:
    """The constants that the transform graph gives for any row; `target` completes the row."""
    row = {
        records.ENCODED: _encode_one_pixel(),
        records.HEIGHT: tf.constant([[1]], tf.int64),
        records.WIDTH: tf.constant([[1]], tf.int64),
        **target,
    }
    columns = output.transform_raw_features(row)
    return {name: tuple(column.numpy()[0].tolist()) for name, column in columns.items()}


def _encode_one_pixel() -> tf.SparseTensor:
    return tf.sparse.from_dense([[tf.io.encode_png(tf.zeros([1, 1, 1], tf.uint8))]])
