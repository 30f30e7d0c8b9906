"""From recorded examples to padded batches of images of several sizes."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from trainer import images, records
from trainer.augment import augment, mixup
from trainer.config import AugmentConfig, Experiment

Sized = tuple[tf.Tensor, tf.Tensor, tf.Tensor]  # Image, height and width, label.

CACHE_LIMIT = 2 * 2**30  # Bytes of decoded images kept in memory; above it they are read again.


def training(
    files: Sequence[str], labels: Sequence[str], experiment: Experiment
) -> tf.data.Dataset:
    """Augmented batches without end: (inputs, one-hot labels), in an order the seed decides."""
    seed, batch = experiment.train.seed, experiment.train.batch_size
    count = size(files)
    seeds = tf.data.Dataset.counter().map(lambda step: tf.stack([seed, tf.cast(step, tf.int32)]))
    scaled = kept(decoded(files, labels, experiment), count, experiment.data.max_side)
    views = tf.data.Dataset.zip(
        scaled.shuffle(min(count, 4096), seed=seed, reshuffle_each_iteration=True).repeat(), seeds
    ).map(
        lambda example, seed: view(example, seed, experiment.augment),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    batches = bucketed(views, batch, experiment.augment.grid)
    return mixed(batches, seeds, experiment.augment.mixup).prefetch(tf.data.AUTOTUNE)


def view(example: Sized, seed: tf.Tensor, config: AugmentConfig) -> Sized:
    """The example with a random view of its image."""
    image, _, label = example
    image = tf.ensure_shape(augment(image, seed, config), [None, None, 3])
    return image, tf.shape(image)[:2], label


def mixed(batches: tf.data.Dataset, seeds: tf.data.Dataset, alpha: float) -> tf.data.Dataset:
    """The batches, their images blended in pairs unless `alpha` is 0."""
    if alpha == 0:
        return batches
    return tf.data.Dataset.zip(batches, seeds).map(
        lambda batch, seed: mixup(*batch, seed, alpha), num_parallel_calls=tf.data.AUTOTUNE
    )


def evaluation(
    files: Sequence[str], labels: Sequence[str], experiment: Experiment
) -> tf.data.Dataset:
    """Every example once, whole and unchanged, in padded batches."""
    count = size(files)
    scaled = kept(decoded(files, labels, experiment), count, experiment.data.max_side)
    batches = bucketed(scaled, experiment.train.batch_size, experiment.augment.grid)
    number = int(batches.reduce(0, lambda total, *_: total + 1))  # Keras warns where it is unknown.
    known = batches.apply(tf.data.experimental.assert_cardinality(number))
    return known.prefetch(tf.data.AUTOTUNE)


def size(files: Sequence[str]) -> int:
    """How many examples the files hold.

    Raises ValueError where they hold none.
    """
    count = int(tf.data.TFRecordDataset(expand(files)).reduce(0, lambda total, _: total + 1))
    if count == 0:
        raise ValueError(f"No examples in {list(files)}: the split is empty.")
    return count


def steps(files: Sequence[str], experiment: Experiment) -> int:
    """Batches in an epoch: each example about once."""
    return max(1, size(files) // experiment.train.batch_size)


def expand(patterns: Sequence[str]) -> list[str]:
    """The files that the patterns name, sorted: their order is part of what the seed decides."""
    return sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))


def decoded(files: Sequence[str], labels: Sequence[str], experiment: Experiment) -> tf.data.Dataset:
    """[H, W, 3] uint8 no larger than max_side, its height and width, and one-hot [C]."""
    names = tf.constant(list(labels))

    def decode(serialized: tf.Tensor) -> Sized:
        fields = tf.io.parse_single_example(serialized, records.CLASS_FEATURES)
        image = images.load(fields[records.ENCODED], experiment.data.max_side)
        label = fields[records.LABEL_TEXT]
        matches = names == label
        tf.debugging.Assert(tf.reduce_any(matches), ["No such label in training:", label, names])
        return image, tf.shape(image)[:2], tf.cast(matches, tf.float32)

    serialized = tf.data.TFRecordDataset(expand(files))
    return serialized.map(decode, num_parallel_calls=tf.data.AUTOTUNE)


def kept(dataset: tf.data.Dataset, count: int, max_side: int) -> tf.data.Dataset:
    """The dataset, decoded once and kept in memory where it is sure to fit."""
    return dataset.cache() if count * max_side**2 * 3 <= CACHE_LIMIT else dataset


def bucketed(examples: tf.data.Dataset, batch_size: int, grid: int) -> tf.data.Dataset:
    """Batches of images of about one size, padded to the largest among them.

    Images whose height and width fall into the same cells of the grid share a batch. Gives
    ({"image": [B, H, W, 3] float32 in 0..255, "size": [B, 2] int32}, one-hot [B, C]).
    """

    def cell(_: tf.Tensor, size: tf.Tensor, label: tf.Tensor) -> tf.Tensor:
        cells = tf.cast((size + grid - 1) // grid, tf.int64)
        return cells[0] * 2**20 + cells[1]

    def pad(_: tf.Tensor, window: tf.data.Dataset) -> tf.data.Dataset:
        return window.padded_batch(batch_size)

    batches = examples.group_by_window(cell, pad, window_size=batch_size)
    return batches.map(inputs, num_parallel_calls=tf.data.AUTOTUNE)


def inputs(
    image: tf.Tensor, size: tf.Tensor, label: tf.Tensor
) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """What the model takes of a batch, and what it should say."""
    return {"image": tf.cast(image, tf.float32), "size": size}, label
