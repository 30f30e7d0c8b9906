"""The first phase of transfer learning: the head learns on features of a frozen backbone.

Features of images that are not augmented are computed once. Those of random views are new in each
epoch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from trainer import models, tasks
from trainer.config import Recipe
from trainer.data import input_pipeline
from trainer.learning import training
from trainer.models import geometry
from trainer.models.split import split
from trainer.phase_config import PhaseConfig

FLOAT = 4  # Bytes.


class Files(NamedTuple):
    """The records of both splits, and the labels."""

    train: Sequence[str]
    val: Sequence[str]
    labels: Sequence[str]


def fit_head(
    model: keras.Model, files: Files, folders: training.Folders, recipe: Recipe
) -> keras.callbacks.History:
    """Trains the model's head in place by the recipe's `head_phase`; resumes as training does."""
    features, head = split(model, models.BACKBONES[recipe.model.name])
    phase = derive_recipe(recipe)
    data = training.Datasets(
        train_from=lambda first: read_training(features, files, phase, first),
        val=read_evaluation(features, files, phase),
        steps_per_epoch=input_pipeline.count_steps(files.train, phase),
    )
    inside = training.Folders(*(f"{folder}/head" for folder in folders))
    return training.fit(head, data, inside, phase)


def derive_recipe(recipe: Recipe) -> Recipe:
    """The recipe with the first phase's values in place of the second's."""
    phase = recipe.head_phase
    assert phase, "Only a recipe with a first phase comes here."
    values = {name: asdict(phase)[name] for name in PhaseConfig.__dataclass_fields__}
    return replace(recipe, train=replace(recipe.train, **values, layer_decay=1.0, fixed_stride=0))


def read_training(
    features: keras.Model, files: Files, recipe: Recipe, first_batch: int
) -> tf.data.Dataset:
    """Endless batches of features and targets, from batch number `first_batch` on."""
    assert recipe.head_phase
    if recipe.head_phase.augment:
        views = replace(recipe, augment=recipe.head_phase.augment)
        batches = input_pipeline.read_training(
            files.train, files.labels, views, first_batch=first_batch
        )
        return compute(features, batches)
    whole = input_pipeline.read_once(files.train, files.labels, recipe)
    count = input_pipeline.count_examples(files.train)
    examples = cache_if_small(compute(features, whole).unbatch(), features, count, recipe)
    shuffled = examples.shuffle(min(count, 4096), recipe.train.seed).repeat()
    return pad_batches(shuffled, recipe).skip(first_batch).prefetch(tf.data.AUTOTUNE)


def read_evaluation(features: keras.Model, files: Files, recipe: Recipe) -> tf.data.Dataset:
    """The features of every validation example once, not augmented."""
    batches = input_pipeline.read_evaluation(files.val, files.labels, recipe)
    count = input_pipeline.count_examples(files.val)
    found = cache_if_small(compute(features, batches), features, count, recipe)
    return found.apply(tf.data.experimental.assert_cardinality(int(batches.cardinality())))


def compute(features: keras.Model, batches: tf.data.Dataset) -> tf.data.Dataset:
    """The batches with features in place of their inputs, computed on the model's device."""

    @tf.function(input_signature=[batches.element_spec[0]])
    def run(inputs: dict[str, tf.Tensor]) -> tuple[tf.Tensor, ...]:
        return tuple(keras.tree.flatten(features(inputs, training=False)))

    def generate() -> Iterator[Any]:
        for inputs, targets in batches:
            yield run(inputs), targets

    specs = tuple(tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in features.outputs)
    signature = (specs, batches.element_spec[1])
    return tf.data.Dataset.from_generator(generate, output_signature=signature)


def cache_if_small(
    dataset: tf.data.Dataset, features: keras.Model, count: int, recipe: Recipe
) -> tf.data.Dataset:
    """The dataset, computed once and cached in memory if it is certain to fit."""
    side = recipe.data.max_side
    bytes_of_each = side**2 * tasks.find_task(recipe).bytes_per_pixel + FLOAT * count_numbers(
        features, side
    )
    small = count * bytes_of_each <= input_pipeline.CACHE_LIMIT
    return dataset.cache() if small else dataset


def count_numbers(features: keras.Model, side: int) -> int:
    """How many numbers the features of an image of side x side have, at most."""
    strides, makers = geometry.compute_strides(features), geometry.map_outputs_to_layers(features)
    total = 0
    for tensor in features.outputs:
        height, width = strides.get(makers[id(tensor)], (side, side))
        total += -(-side // height) * -(-side // width) * tensor.shape[-1]
    return int(total)


def pad_batches(examples: tf.data.Dataset, recipe: Recipe) -> tf.data.Dataset:
    """Batches of features and targets, padded to the largest ones."""
    specs, _ = examples.element_spec
    zeros = tuple(tf.zeros([], spec.dtype) for spec in specs)
    padding = (zeros, tf.constant(tasks.find_task(recipe).padding))
    return examples.padded_batch(recipe.train.batch_size, padding_values=padding)
