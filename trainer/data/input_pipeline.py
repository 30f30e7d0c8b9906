"""From recorded examples to padded batches of images of several sizes, for every task.

The task decides what the target of an image is, such as a class or a mask.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from trainer import tasks
from trainer.config import Recipe
from trainer.data import images, records

Sized = tuple[tf.Tensor, tf.Tensor, tf.Tensor]  # Image, height and width, target.

CACHE_LIMIT = 2 * 2**30  # Bytes of decoded images kept in memory; above it they are read again.


def read_training(files: Sequence[str], labels: Sequence[str], recipe: Recipe) -> tf.data.Dataset:
    """Endless augmented batches (inputs, targets); the seed decides their order."""
    task, seed = tasks.find_task(recipe), recipe.train.seed
    count = count_examples(files)
    seeds = tf.data.Dataset.counter().map(lambda step: tf.stack([seed, tf.cast(step, tf.int32)]))
    scaled = cache_if_small(decode_examples(files, labels, recipe), count, recipe)
    views = tf.data.Dataset.zip(
        scaled.shuffle(min(count, 4096), seed=seed, reshuffle_each_iteration=True).repeat(), seeds
    ).map(
        lambda example, seed: draw_view(example, seed, recipe), num_parallel_calls=tf.data.AUTOTUNE
    )
    batches = batch_by_size(views, recipe)
    return task.mix(batches, seeds, recipe).prefetch(tf.data.AUTOTUNE)


def draw_view(example: Sized, seed: tf.Tensor, recipe: Recipe) -> Sized:
    """The example with a random view of its image."""
    image, _, target = example
    image, target = tasks.find_task(recipe).draw_view(image, target, seed, recipe.augment)
    return tf.ensure_shape(image, [None, None, 3]), tf.shape(image)[:2], target


def read_evaluation(files: Sequence[str], labels: Sequence[str], recipe: Recipe) -> tf.data.Dataset:
    """Every example once, whole and unchanged, in padded batches."""
    count = count_examples(files)
    batches = batch_by_size(
        cache_if_small(decode_examples(files, labels, recipe), count, recipe), recipe
    )
    number = int(batches.reduce(0, lambda total, *_: total + 1))  # Keras warns if it is unknown.
    known = batches.apply(tf.data.experimental.assert_cardinality(number))
    return known.prefetch(tf.data.AUTOTUNE)


def count_examples(files: Sequence[str]) -> int:
    """The number of examples in the files. Raises ValueError if there are none."""
    count = int(tf.data.TFRecordDataset(expand(files)).reduce(0, lambda total, _: total + 1))
    if count == 0:
        raise ValueError(f"No examples in {list(files)}: the split is empty.")
    return count


def count_steps(files: Sequence[str], recipe: Recipe) -> int:
    """Batches in an epoch: each example about once."""
    return max(1, count_examples(files) // recipe.train.batch_size)


def expand(patterns: Sequence[str]) -> list[str]:
    """The files that match the patterns, sorted, since results depend on their order."""
    return sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))


def decode_examples(files: Sequence[str], labels: Sequence[str], recipe: Recipe) -> tf.data.Dataset:
    """[H, W, 3] uint8 no larger than max_side, its height and width, and the task's target."""
    task = tasks.find_task(recipe)

    def decode(serialized: tf.Tensor) -> Sized:
        fields = tf.io.parse_single_example(serialized, task.features)
        image = images.load(fields[records.ENCODED], recipe.data.max_side)
        size = tf.shape(image)[:2]
        return image, size, task.read_target(fields, labels, size)

    serialized = tf.data.TFRecordDataset(expand(files))
    return serialized.map(decode, num_parallel_calls=tf.data.AUTOTUNE)


def cache_if_small(dataset: tf.data.Dataset, count: int, recipe: Recipe) -> tf.data.Dataset:
    """The dataset, decoded once and cached in memory if it is certain to fit."""
    bytes_of_each = recipe.data.max_side**2 * tasks.find_task(recipe).bytes_per_pixel
    return dataset.cache() if count * bytes_of_each <= CACHE_LIMIT else dataset


def batch_by_size(examples: tf.data.Dataset, recipe: Recipe) -> tf.data.Dataset:
    """Batches of images of similar size, padded to the largest one.

    Images whose height and width are in the same cells of the grid share a batch. Gives
    ({"image": [B, H, W, 3] float32 in 0..255, "size": [B, 2] int32}, targets).
    """
    grid, batch_size = recipe.augment.grid, recipe.train.batch_size
    black = tf.zeros([], examples.element_spec[0].dtype)
    padding = (black, 0, tasks.find_task(recipe).padding)

    def cell(_: tf.Tensor, size: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
        cells = tf.cast((size + grid - 1) // grid, tf.int64)
        return cells[0] * 2**20 + cells[1]

    def pad(_: tf.Tensor, window: tf.data.Dataset) -> tf.data.Dataset:
        return window.padded_batch(batch_size, padding_values=padding)

    batches = examples.group_by_window(cell, pad, window_size=batch_size)
    return batches.map(name_inputs, num_parallel_calls=tf.data.AUTOTUNE)


def name_inputs(
    image: tf.Tensor, size: tf.Tensor, target: tf.Tensor
) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """A batch as the model takes it: inputs and targets."""
    return {"image": tf.cast(image, tf.float32), "size": size}, target
