"""The memory that a model needs, layer by layer: to predict one image, and to train on a batch.

Bytes of an output = bytes of a number x images x height x width x channels. A prediction needs the
weights and the outputs that are still to be read; training needs all outputs, which the backward
pass reads, and the state of each weight. Libraries need more: this is the least.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import keras
import numpy as np

from trainer.config import Experiment
from trainer.model_config import AVERAGING
from trainer.models.geometry import map_outputs_to_layers
from trainer.models.split import list_inputs
from trainer.phase_config import TrainConfig

MIB = 2**20
Shape = tuple[int, ...]


class Views(NamedTuple):
    """How many images of side x side pixels go through the model at once."""

    images: int
    side: int


class Output(NamedTuple):
    """What a layer gives, and its memory in bytes."""

    shape: Shape
    size: int


def find_served_views(experiment: Experiment) -> Views:
    """One image of the largest size that a served model sees."""
    config = experiment.model
    sides = config.sides if isinstance(config, AVERAGING) else ()
    return Views(1, max(sides, default=experiment.data.max_side))


def find_training_views(experiment: Experiment) -> Views:
    """A batch of crops."""
    return Views(experiment.train.batch_size, experiment.augment.side)


def measure_outputs(model: keras.Model, views: Views) -> dict[str, Output]:
    """The output of each layer, by its name. Nothing is computed but shapes."""
    layers = keras.Function(model.inputs, [layer.output for layer in model.layers])
    given = [keras.KerasTensor(fill(tensor.shape, views), tensor.dtype) for tensor in model.inputs]
    found = layers.compute_output_spec(given)
    return {
        layer.name: Output(tuple(output.shape), count_bytes(output))
        for layer, output in zip(model.layers, found, strict=True)
    }


def fill(shape: tuple[int | None, ...], views: Views) -> Shape:
    """The shape with the number of images and their sides for what is open."""
    images, *others = shape
    return (images or views.images, *(side or views.side for side in others))


def count_bytes(tensor: keras.KerasTensor | keras.Variable) -> int:
    """The memory of a tensor of known shape."""
    dtype = np.dtype(keras.backend.standardize_dtype(tensor.dtype))
    return math.prod(tensor.shape) * dtype.itemsize


def find_peak(model: keras.Model, outputs: dict[str, Output]) -> int:
    """The most bytes of outputs that exist at once in a prediction, layer after layer."""
    makers = map_outputs_to_layers(model)
    last_reader = {layer.name: layer.name for layer in model.layers}
    for layer in model.layers:
        last_reader |= {makers[id(tensor)]: layer.name for tensor in list_inputs(layer)}
    kept, peak = 0, 0
    for layer in model.layers:
        kept += outputs[layer.name].size
        peak = max(peak, kept)
        kept -= sum(outputs[name].size for name, last in last_reader.items() if last == layer.name)
    return peak


def count_state(model: keras.Model, config: TrainConfig) -> dict[str, int]:
    """The bytes of what training keeps for the weights, by what it is."""
    weights = sum(map(count_bytes, model.weights))
    trained = sum(map(count_bytes, model.trainable_weights))
    slots = 2 if config.optimizer == "adamw" else int(config.momentum > 0)
    return {
        "weights": weights,
        "gradients": trained,
        f"state of {config.optimizer}": slots * trained,
        "moving average": trained,
        "weights of the best epoch": weights,
    }
