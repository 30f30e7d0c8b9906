"""From recorded examples to padded batches of images of several sizes."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from trainer import images, records
from trainer.augment import augment
from trainer.config import Experiment

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
        lambda example, step: (augment(example[0], step, experiment.augment), example[1]),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    return bucketed(views, batch, experiment.augment.grid).prefetch(tf.data.AUTOTUNE)


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
    """([H, W, 3] uint8 no larger than max_side, one-hot [C]) of each example."""
    names = tf.constant(list(labels))

    def decode(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        fields = tf.io.parse_single_example(serialized, records.CLASS_FEATURES)
        image = images.load(fields[records.ENCODED], experiment.data.max_side)
        label = fields[records.LABEL_TEXT]
        matches = names == label
        tf.debugging.Assert(tf.reduce_any(matches), ["No such label in training:", label, names])
        return image, tf.cast(matches, tf.float32)

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

    def cell(image: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        cells = tf.cast((tf.shape(image)[:2] + grid - 1) // grid, tf.int64)
        return cells[0] * 2**20 + cells[1]

    def pad(_: tf.Tensor, window: tf.data.Dataset) -> tf.data.Dataset:
        return window.map(with_size).padded_batch(batch_size)

    return examples.group_by_window(cell, pad, window_size=batch_size)


def with_size(image: tf.Tensor, label: tf.Tensor) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """The model's inputs for one image."""
    image = tf.ensure_shape(image, [None, None, 3])
    inputs = {"image": tf.cast(image, tf.float32), "size": tf.shape(image)[:2]}
    return inputs, label
