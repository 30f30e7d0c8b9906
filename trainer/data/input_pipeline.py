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


def training(
    files: Sequence[str], labels: Sequence[str], recipe: Recipe, *, first_batch: int = 0
) -> tf.data.Dataset:
    """Endless augmented batches (inputs, targets), in an order that the seed decides.

    With `first_batch`, it starts there: a training that goes on sees what it would have seen. The
    batches before are put together again, but without a view of their images, which takes most of
    the time.
    """
    task, seed = tasks.of(recipe), recipe.train.seed
    count = size(files)
    scaled = kept(decoded(files, labels, recipe), count, recipe)
    shuffled = scaled.shuffle(min(count, 4096), seed=seed, reshuffle_each_iteration=True).repeat()
    seeded = tf.data.Dataset.zip(shuffled, seeds(seed))
    batches = viewed(seeded, recipe, first_batch)
    return task.mix(batches, seeds(seed).skip(first_batch), recipe).prefetch(tf.data.AUTOTUNE)


def seeds(seed: int) -> tf.data.Dataset:
    """Endless int32 [2]: one for each view, or for each batch."""
    return tf.data.Dataset.counter().map(lambda step: tf.stack([seed, tf.cast(step, tf.int32)]))


def viewed(examples: tf.data.Dataset, recipe: Recipe, first_batch: int) -> tf.data.Dataset:
    """Batches of views of examples with seeds. Only batches from `first_batch` on are viewed."""
    batch_size = recipe.train.batch_size

    def cell(example: Sized, seed: tf.Tensor) -> tf.Tensor:
        return grid_cell(augmentation.view_size(example[1], seed, recipe.augment), recipe)

    def whole(_: tf.Tensor, window: tf.data.Dataset) -> tf.data.Dataset:
        return tf.data.Dataset.from_tensors(window)

    def views(window: tf.data.Dataset) -> tf.data.Dataset:
        examples = window.map(lambda example, seed: view(example, seed, recipe))
        return padded(examples, recipe)

    windows = examples.group_by_window(cell, whole, window_size=batch_size).skip(first_batch)
    batches = windows.interleave(
        views, cycle_length=VIEWED_AT_ONCE, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
    )
    return batches.map(inputs, num_parallel_calls=tf.data.AUTOTUNE)


def view(example: Sized, seed: tf.Tensor, recipe: Recipe) -> Sized:
    """The example with a random view of its image."""
    image, _, target = example
    image, target = tasks.of(recipe).view(image, target, seed, recipe.augment)
    return tf.ensure_shape(image, [None, None, 3]), tf.shape(image)[:2], target


def evaluation(files: Sequence[str], labels: Sequence[str], recipe: Recipe) -> tf.data.Dataset:
    """Every example once, whole and unchanged, in padded batches."""
    count = size(files)
    batches = bucketed(kept(decoded(files, labels, recipe), count, recipe), recipe)
    number = int(batches.reduce(0, lambda total, *_: total + 1))  # Keras warns if it is unknown.
    known = batches.apply(tf.data.experimental.assert_cardinality(number))
    return known.prefetch(tf.data.AUTOTUNE)


def size(files: Sequence[str]) -> int:
    """The number of examples in the files. Raises ValueError if there are none."""
    count = int(tf.data.TFRecordDataset(expand(files)).reduce(0, lambda total, _: total + 1))
    if count == 0:
        raise ValueError(f"No examples in {list(files)}: the split is empty.")
    return count


def steps(files: Sequence[str], recipe: Recipe) -> int:
    """Batches in an epoch: each example about once."""
    return max(1, size(files) // recipe.train.batch_size)


def expand(patterns: Sequence[str]) -> list[str]:
    """The files that match the patterns, sorted, since results depend on their order."""
    return sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))


def decoded(files: Sequence[str], labels: Sequence[str], recipe: Recipe) -> tf.data.Dataset:
    """[H, W, 3] uint8 no larger than max_side, its height and width, and the task's target."""
    task = tasks.of(recipe)

    def decode(serialized: tf.Tensor) -> Sized:
        fields = tf.io.parse_single_example(serialized, task.features)
        image = images.load(fields[records.ENCODED], recipe.data.max_side)
        size = tf.shape(image)[:2]
        return image, size, task.target(fields, labels, size)

    serialized = tf.data.TFRecordDataset(expand(files))
    return serialized.map(decode, num_parallel_calls=tf.data.AUTOTUNE)


def kept(dataset: tf.data.Dataset, count: int, recipe: Recipe) -> tf.data.Dataset:
    """The dataset, decoded once and cached in memory if it is certain to fit."""
    bytes_of_each = recipe.data.max_side**2 * tasks.of(recipe).bytes_per_pixel
    return dataset.cache() if count * bytes_of_each <= CACHE_LIMIT else dataset


def bucketed(examples: tf.data.Dataset, recipe: Recipe) -> tf.data.Dataset:
    """Batches of images of similar size, padded to the largest one.

    Images whose height and width are in the same cells of the grid share a batch. Gives
    ({"image": [B, H, W, 3] float32 in 0..255, "size": [B, 2] int32}, targets).
    """
    batches = examples.group_by_window(
        lambda _, size, target: grid_cell(size, recipe),
        lambda _, window: padded(window, recipe),
        window_size=recipe.train.batch_size,
    )
    return batches.map(inputs, num_parallel_calls=tf.data.AUTOTUNE)


def grid_cell(size: tf.Tensor, recipe: Recipe) -> tf.Tensor:
    """A number for the cells of the grid that a height and a width are in; int64."""
    grid = recipe.augment.grid
    cells = tf.cast((size + grid - 1) // grid, tf.int64)
    return cells[0] * 2**20 + cells[1]


def padded(examples: tf.data.Dataset, recipe: Recipe) -> tf.data.Dataset:
    """One batch of the examples, padded to the largest one."""
    black = tf.zeros([], examples.element_spec[0].dtype)
    padding = (black, 0, tasks.of(recipe).padding)
    return examples.padded_batch(recipe.train.batch_size, padding_values=padding)


def inputs(
    image: tf.Tensor, size: tf.Tensor, target: tf.Tensor
) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """A batch as the model takes it: inputs and targets."""
    return {"image": tf.cast(image, tf.float32), "size": size}, target
