"""The task of naming an image's class."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf

from trainer.config import AugmentConfig, Experiment, TrainConfig
from trainer.data.augmentation import augment, mixup
from trainer.data.records import CLASS_FEATURES, LABEL_TEXT

FEATURES = CLASS_FEATURES
BYTES_PER_PIXEL = 3  # Of an image in memory.
PADDING = 0.0  # Of targets: they have all one size.


def target(fields: dict[str, tf.Tensor], labels: Sequence[str], _: tf.Tensor) -> tf.Tensor:
    """The example's class, one-hot [C]."""
    names = tf.constant(list(labels))
    label = fields[LABEL_TEXT]
    matches = names == label
    tf.debugging.Assert(tf.reduce_any(matches), ["No such label in training:", label, names])
    return tf.cast(matches, tf.float32)


def view(
    image: tf.Tensor, target: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
) -> tuple[tf.Tensor, tf.Tensor]:
    """A random view of the image; its class stays."""
    return augment(image, seed, config), target


def mixed(
    batches: tf.data.Dataset, seeds: tf.data.Dataset, experiment: Experiment
) -> tf.data.Dataset:
    """The batches, their images blended in pairs unless `mixup` is 0."""
    alpha = experiment.augment.mixup
    if alpha == 0:
        return batches
    return tf.data.Dataset.zip(batches, seeds).map(
        lambda batch, seed: mixup(*batch, seed, alpha), num_parallel_calls=tf.data.AUTOTUNE
    )


def loss(config: TrainConfig, classes: int) -> keras.losses.Loss:
    """Cross-entropy of logits [B, C]."""
    return keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=config.label_smoothing
    )


def metrics(classes: int) -> list:
    """What the log says of each epoch."""
    return ["accuracy"]
