"""From recorded examples to padded batches of images of several sizes, for every task.

The task decides what the target of an image is, such as a class or a mask.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from trainer import tasks
from trainer.config import Recipe
from trainer.data import augmentation, images, records

Sized = tuple[tf.Tensor, tf.Tensor, tf.Tensor]  # Image, height and width, target.

CACHE_LIMIT = 2 * 2**30  # Bytes of decoded images kept in memory; above it they are read again.
VIEWED_AT_ONCE = 4  # Batches whose images are augmented at the same time.


def read_training(
    files: Sequence[str], labels: Sequence[str], recipe: Recipe, *, first_batch: int = 0
) -> tf.data.Dataset:
    """Endless augmented batches (inputs, targets); the seed decides their order.

    They start with batch number `first_batch`, so that resumed training gets the batches of an
    uninterrupted run. Earlier batches are formed too, but without augmentation, which takes most
    of the time.
    """
    task, seed = tasks.find_task(recipe), recipe.train.seed
    count = count_examples(files)
    scaled = cache_if_small(decode_examples(files, labels, recipe), count, recipe)
    shuffled = scaled.shuffle(min(count, 4096), seed=seed, reshuffle_each_iteration=True).repeat()
    seeded = tf.data.Dataset.zip(shuffled, number_seeds(seed))
    batches = batch_views(seeded, recipe, first_batch)
    seeds = number_seeds(seed).skip(first_batch)
    return task.mix(batches, seeds, recipe).prefetch(tf.data.AUTOTUNE)


def number_seeds(seed: int) -> tf.data.Dataset:
    """Endless int32 [2], the seed and a rising number: one for each view, or for each batch."""
    return tf.data.Dataset.counter().map(lambda step: tf.stack([seed, tf.cast(step, tf.int32)]))


def batch_views(examples: tf.data.Dataset, recipe: Recipe, first_batch: int) -> tf.data.Dataset:
    """Batches of views of examples with seeds; draws the views from batch `first_batch` on."""

    def find_cell(example: Sized, seed: tf.Tensor) -> tf.Tensor:
        return find_grid_cell(augmentation.find_view_size(example[1], seed, recipe.augment), recipe)

    def keep_window(_: tf.Tensor, window: tf.data.Dataset) -> tf.data.Dataset:
        return tf.data.Dataset.from_tensors(window)

    def draw_views(window: tf.data.Dataset) -> tf.data.Dataset:
        return pad_batch(window.map(lambda example, seed: draw_view(example, seed, recipe)), recipe)

    windows = examples.group_by_window(
        find_cell, keep_window, window_size=recipe.train.batch_size
    ).skip(first_batch)
    batches = windows.interleave(
        draw_views,
        cycle_length=VIEWED_AT_ONCE,
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
    return batches.map(name_inputs, num_parallel_calls=tf.data.AUTOTUNE)


def draw_view(example: Sized, seed: tf.Tensor, recipe: Recipe) -> Sized:
    """The example with a random view of its image."""
    image, _, target = example
    image, target = tasks.find_task(recipe).draw_view(image, target, seed, recipe.augment)
    return tf.ensure_shape(image, [None, None, recipe.data.channels]), tf.shape(image)[:2], target


def read_evaluation(files: Sequence[str], labels: Sequence[str], recipe: Recipe) -> tf.data.Dataset:
    """Every example once, as the served model crops it, in padded batches."""
    return read_once(files, labels, recipe.for_evaluation)


def read_once(files: Sequence[str], labels: Sequence[str], recipe: Recipe) -> tf.data.Dataset:
    """Every example once, not augmented, in padded batches."""
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
        raise ValueError(
            f"No examples in {list(files)}: add images, or give the split a larger share in "
            "data.split_ratios."
        )
    return count


def count_steps(files: Sequence[str], recipe: Recipe) -> int:
    """Batches in an epoch: each example about once."""
    return max(1, count_examples(files) // recipe.train.batch_size)


def expand(patterns: Sequence[str]) -> list[str]:
    """The files that match the patterns, sorted, since results depend on their order."""
    return sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))


def decode_examples(files: Sequence[str], labels: Sequence[str], recipe: Recipe) -> tf.data.Dataset:
    """[H, W, C] uint8 with no side over max_side, its height and width, and the task's target."""
    task, data = tasks.find_task(recipe), recipe.data

    def decode(serialized: tf.Tensor) -> Sized:
        fields = tf.io.parse_single_example(serialized, task.features)
        image = images.load(fields[records.ENCODED], data.max_side, **data.limits.options)
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
    ({"image": [B, H, W, C] float32 in 0..255, "size": [B, 2] int32}, targets).
    """
    batches = examples.group_by_window(
        lambda _, size, target: find_grid_cell(size, recipe),
        lambda _, window: pad_batch(window, recipe),
        window_size=recipe.train.batch_size,
    )
    return batches.map(name_inputs, num_parallel_calls=tf.data.AUTOTUNE)


def find_grid_cell(size: tf.Tensor, recipe: Recipe) -> tf.Tensor:
    """A number for the cells of the grid that a height and a width are in; int64."""
    grid = recipe.augment.grid
    cells = tf.cast((size + grid - 1) // grid, tf.int64)
    return cells[0] * 2**20 + cells[1]


def pad_batch(examples: tf.data.Dataset, recipe: Recipe) -> tf.data.Dataset:
    """One batch of the examples, padded to the largest one."""
    black = tf.zeros([], examples.element_spec[0].dtype)
    padding = (black, 0, tasks.find_task(recipe).padding)
    return examples.padded_batch(recipe.train.batch_size, padding_values=padding)


def name_inputs(
    image: tf.Tensor, size: tf.Tensor, target: tf.Tensor
) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """A batch as the model takes it: inputs and targets."""
    return {"image": tf.cast(image, tf.float32), "size": size}, target
