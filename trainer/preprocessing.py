"""What TensorFlow Transform learns of the training split: labels, channel mean and std, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from trainer import images, records

VOCABULARY = "labels"
CONSTANTS = ("channel_mean", "channel_std", "size_boundaries")


@dataclass(frozen=True)
class DataStatistics:
    """The training split's facts that the model and the evaluation need."""

    labels: tuple[str, ...]  # Sorted: the order of the model's outputs.
    mean: tuple[float, ...]  # Of each channel, 0..255.
    std: tuple[float, ...]  # Of each channel, 0..255.
    size_boundaries: tuple[float, ...]  # Square roots of image areas, in pixels, rising.


def preprocessing_fn(inputs: dict[str, Any], custom_config: dict[str, Any]) -> dict[str, tf.Tensor]:
    """Called by TFX's Transform. Constants travel as columns: each row repeats them.

    `custom_config["size_buckets"]` says into how many quantiles the image sizes fall.
    """
    labels = tf.reshape(inputs[records.LABEL_TEXT], [-1])
    tft.vocabulary(labels, vocab_filename=VOCABULARY)
    sides = size(inputs[records.HEIGHT], inputs[records.WIDTH])
    encoded = tf.reshape(tf.sparse.to_dense(inputs[records.ENCODED], default_value=""), [-1])
    mean, std = channel_moments(encoded)
    quantiles = tft.quantiles(sides, custom_config["size_buckets"], epsilon=0.001)
    values = dict(zip(CONSTANTS, (mean, std, tf.reshape(quantiles, [-1])), strict=True))
    count = tf.shape(labels)[0]
    return {name: tf.tile(value[tf.newaxis], [count, 1]) for name, value in values.items()}


def size(height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """One number for an image's size: the side of the square of its area, float32 [N] pixels."""
    area = tf.cast(height, tf.float32) * tf.cast(width, tf.float32)
    return tf.sqrt(tf.reshape(area, [-1]))


def channel_moments(encoded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and standard deviation of each channel over all images, each image weighing alike."""

    def moments(image_bytes: tf.Tensor) -> tf.Tensor:
        pixels = tf.cast(images.decode(image_bytes), tf.float32)
        return tf.stack([tf.reduce_mean(pixels, [0, 1]), tf.reduce_mean(pixels**2, [0, 1])])

    spec = tf.TensorSpec([2, 3], tf.float32)
    means = tft.mean(
        tf.map_fn(moments, encoded, fn_output_signature=spec), reduce_instance_dims=False
    )
    return means[0], tf.sqrt(tf.maximum(means[1] - means[0] ** 2, 1.0))


def read(transform_uri: str) -> DataStatistics:
    """The statistics in Transform's output folder."""
    output = tft.TFTransformOutput(transform_uri)
    labels = sorted(name.decode() for name in output.vocabulary_by_name(VOCABULARY))
    columns = output.transform_raw_features(example_row())
    mean, std, boundaries = (tuple(columns[name].numpy()[0].tolist()) for name in CONSTANTS)
    return DataStatistics(tuple(labels), mean, std, boundaries)


def example_row() -> dict[str, Any]:
    """One row that the transform graph can read; what it holds does not matter."""
    pixel = tf.io.encode_png(tf.zeros([1, 1, 3], tf.uint8))
    return {
        records.ENCODED: tf.sparse.from_dense([[pixel.numpy()]]),
        records.HEIGHT: tf.constant([[1]], tf.int64),
        records.WIDTH: tf.constant([[1]], tf.int64),
        records.LABEL_TEXT: tf.constant([[""]]),
    }
