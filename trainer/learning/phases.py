"""The phases of a training, one after the other: from the initial network to the trained one."""

from __future__ import annotations

import keras
import tensorflow as tf

from trainer import models
from trainer.config import Recipe
from trainer.data import input_pipeline
from trainer.data.preprocessing import DataStatistics
from trainer.learning import devices, head_phase, training
from trainer.learning.head_phase import Files
from trainer.learning.training import Folders
from trainer.precision import use_precision


def scale(recipe: Recipe, found: list[str]) -> Recipe:
    """The recipe for these devices; prints what changes if there are several."""
    if len(found) == 1:
        return recipe
    scaled = devices.scale_recipe(recipe, len(found))
    print(devices.describe_scaling(recipe, scaled, found), flush=True)
    return scaled


def build(recipe: Recipe, statistics: DataStatistics) -> keras.Model:
    """The network as training starts with it; the recipe's seed decides all that is random."""
    keras.utils.set_random_seed(recipe.train.seed)
    with use_precision(recipe.train.precision):
        return models.build(recipe.model, statistics)


def fit(model: keras.Model, files: Files, folders: Folders, recipe: Recipe) -> tf.data.Dataset:
    """Trains the network in place; returns the batches of the validation split.

    A training that was killed continues after the last epoch that it finished in the folder of
    checkpoints.
    """
    data = training.Datasets(
        train_from=lambda first: input_pipeline.read_training(
            files.train, files.labels, recipe, first_batch=first
        ),
        val=input_pipeline.read_evaluation(files.val, files.labels, recipe),
        steps_per_epoch=input_pipeline.count_steps(files.train, recipe),
    )
    if recipe.head_phase:
        head_phase.fit_head(model, files, folders, recipe)
    training.fit(model, data, folders, recipe)
    return data.val
