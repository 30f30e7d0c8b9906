"""How a model learns, and how it continues after a kill."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from trainer import models, tasks
from trainer.config import Recipe
from trainer.learning.checkpoints import Checkpoints
from trainer.learning.devices import SplitModel, find_devices
from trainer.learning.optimizers import build_optimizer, list_factors
from trainer.learning.weight_histograms import WeightHistograms
from trainer.models.split import fix_layers
from trainer.precision import scale_loss


def fit(
    model: keras.Model, data: Datasets, folders: Folders, recipe: Recipe
) -> keras.callbacks.History:
    """Trains the model in place and leaves it with its best weights by validation loss.

    If it was killed and is called again with the same folder of checkpoints, it continues after
    the last finished epoch, with the batches that an uninterrupted run gets.
    """
    trained = spread(model, recipe)
    compile_model(model, data.steps_per_epoch, recipe, trained)
    checkpointer = Checkpoints(trained, folders.checkpoints)
    history = trained.fit(
        data.train_from(checkpointer.epoch * data.steps_per_epoch),
        initial_epoch=checkpointer.epoch,
        epochs=recipe.train.epochs,
        steps_per_epoch=data.steps_per_epoch,
        validation_data=data.val,
        verbose=1 if sys.stdout.isatty() else 2,  # A progress bar; in a log, lines.
        callbacks=[
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),  # Before the callbacks that save.
            checkpointer,
            *build_loggers(folders.logs, recipe.train.histogram_epochs),
        ],
    )
    checkpointer.restore_best()
    return history


def build_loggers(logs: str, histogram_epochs: int) -> list[keras.callbacks.Callback]:
    """The callbacks that write for TensorBoard: scalars, and histograms if they are wanted."""
    scalars = keras.callbacks.TensorBoard(logs, write_graph=False)
    if not histogram_epochs:
        return [scalars]
    return [scalars, WeightHistograms(logs, histogram_epochs)]


class Datasets(NamedTuple):
    """Batches: endless ones to train on, and those of the validation split."""

    train_from: Callable[[int], tf.data.Dataset]  # From the batch with this number on.
    val: tf.data.Dataset
    steps_per_epoch: int


class Folders(NamedTuple):
    """The folders that training writes to."""

    checkpoints: str
    logs: str  # For TensorBoard.


def spread(model: keras.Model, recipe: Recipe) -> keras.Model:
    """The model, over all devices if the recipe asks for them and there are several."""
    devices = find_devices(recipe)
    return SplitModel(model, devices) if len(devices) > 1 else model


def compile_model(
    model: keras.Model, steps_per_epoch: int, recipe: Recipe, trained: keras.Model | None = None
) -> None:
    """Compiles it with the optimizer and the loss of the recipe; or `trained`, which has it."""
    config, task = recipe.train, tasks.find_task(recipe)
    groups = models.BACKBONES.get(recipe.model.name, ())
    if config.fixed_stride:
        fix_layers(model, groups, config.fixed_stride)
    factors = list_factors(model, groups, config.layer_decay)
    optimizer = build_optimizer(config, steps_per_epoch, config.ema_momentum, factors)
    optimizer = scale_loss(optimizer, config.precision)
    classes, trained = model.output_shape[-1], trained or model
    trained.compile(
        optimizer=optimizer,
        loss=task.build_loss(config, classes),
        metrics=task.build_metrics(classes),
        jit_compile=False,  # XLA would compile again for each batch shape.
    )
    optimizer.build(trained.trainable_variables)
