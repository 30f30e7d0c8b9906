"""The model of an experiment without its data: to look at it, and to measure what it costs."""

from __future__ import annotations

import keras

from trainer import models
from trainer.config import Recipe
from trainer.data.preprocessing import DataStatistics
from trainer.model_config import ModelConfig, drop_weights
from trainer.precision import use_precision

UNKNOWN = 127.5, 64.0  # Mean and deviation of the pixels of unknown images.

Labels = tuple[str, ...]


def build(recipe: Recipe, labels: Labels) -> keras.Model:
    """The model as training starts with it. Raises what `models.build` raises."""
    return _build(recipe.model, recipe, labels)


def build_random(recipe: Recipe, labels: Labels) -> keras.Model:
    """The same with random weights in place of pretrained ones.

    They cost as much, but for the division of VGG-16's pretrained features.
    """
    return _build(drop_weights(recipe.model), recipe, labels)


def build_shapes(recipe: Recipe, labels: Labels) -> keras.Model:
    """The same without values in its weights, which saves the memory of wide models."""
    with keras.StatelessScope(initialize_variables=False):
        return build_random(recipe, labels)


def make_statistics(recipe: Recipe, labels: Labels) -> DataStatistics:
    """Those of unknown images."""
    mean, std = ((value,) * recipe.data.channels for value in UNKNOWN)
    return DataStatistics(labels, mean=mean, std=std, size_boundaries=())


def _build(config: ModelConfig, recipe: Recipe, labels: Labels) -> keras.Model:
    with use_precision(recipe.train.precision):
        return models.build(config, make_statistics(recipe, labels))
