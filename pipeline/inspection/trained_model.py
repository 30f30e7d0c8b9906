"""Finds a model with weights to look at: a SavedModel, or else the experiment before training."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import keras

from serving.versions import find_models
from trainer import untrained
from trainer.config import Experiment, Recipe
from trainer.data.limits import SizeLimits
from trainer.export import network, saved_model
from trainer.model_config import PRETRAINED


class TrainedModel(NamedTuple):
    """A network, what it accepts, and where its weights come from."""

    network: keras.Model
    limits: SizeLimits
    weights: str  # In words.


def find_newest(push_root: Path, name: str) -> Path | None:
    """The newest version of a model below the folder of pushed versions."""
    versions = find_models(push_root).get(name)
    return versions[max(versions)] if versions else None


def read(folder: Path) -> TrainedModel:
    """The model that `fcn run` wrote into a folder. Raises ValueError for any other."""
    recipe = saved_model.read_recipe(str(folder))
    weights = f"weights of {folder}, trained as {recipe.name}"
    return TrainedModel(network.read(str(folder)), recipe.for_evaluation.data.limits, weights)


def build_untrained(experiment: Experiment, labels: tuple[str, ...]) -> TrainedModel:
    """The experiment's model as training starts with it. Raises what `models.build` raises."""
    built = untrained.build(experiment, labels)
    limits = experiment.for_evaluation.data.limits
    return TrainedModel(built, limits, describe_start(experiment))


def describe_start(recipe: Recipe) -> str:
    """Which weights training starts with."""
    config = recipe.model
    if isinstance(config, PRETRAINED) and config.weights != "none":
        return f"weights before training: {config.weights} in the backbone, the rest random"
    return "weights before training: random"
