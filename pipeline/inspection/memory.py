"""The memory that a model needs, layer by layer: to predict one image, and to train on a batch.

Bytes of an output = bytes of a number x images x height x width x channels. A prediction needs the
weights and the outputs that are still to be read; training needs all outputs, which the backward
pass reads, and the state of each weight. Libraries need more: this is the least.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import keras
import tensorflow as tf

from trainer.config import Experiment
from trainer.export.tiled import tiling
from trainer.learning.optimizers import build_optimizer
from trainer.model_config import AVERAGING
from trainer.models.geometry import map_outputs_to_layers
from trainer.models.split import list_inputs
from trainer.phase_config import TrainConfig

MIB = 2**20
Shape = tuple[int, ...]


class Views(NamedTuple):
    """How many images of height x width pixels go through the model at once."""

    images: int
    height: int
    width: int


class Output(NamedTuple):
    """What a layer gives, and its memory in bytes."""

    shape: Shape
    size: int


def find_served_views(model: keras.Model, experiment: Experiment) -> Views:
    """One image of the largest size that the served model sees at once: all of it, or a tile.

    Raises ValueError for a model that cannot go over tiles of the experiment's side.
    """
    side, tile = find_served_side(experiment), experiment.serve.tile
    if not tile:
        return Views(1, side, side)
    halo = tiling.find_tiles(model, experiment).grid.halo
    height, width = (min(side, tile + 2 * around) for around in halo)
    return Views(1, height, width)


def find_served_side(experiment: Experiment) -> int:
    """The longest side of a square image in the served model, in pixels."""
    config, limits = experiment.model, experiment.served_limits
    sides = config.sides if isinstance(config, AVERAGING) else ()
    return max(sides, default=min(limits.max_side, math.isqrt(limits.max_pixels)))


def find_training_views(experiment: Experiment) -> Views:
    """A batch of crops."""
    side = experiment.augment.side
    return Views(experiment.train.batch_size, side, side)


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
    """The shape with the number of images, height and width for what is open."""
    known = (*views, *shape[3:])
    return tuple(length or known[axis] for axis, length in enumerate(shape))  # type: ignore[misc]


def count_bytes(tensor: keras.KerasTensor | keras.Variable) -> int:
    """The memory of a tensor of known shape."""
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    return math.prod(tensor.shape) * int(tf.as_dtype(dtype).size)


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
    return {
        "weights": weights,
        "gradients": trained,
        f"state of {config.optimizer}": count_slots(config) * trained,
        "moving average": trained,
        "weights of the best epoch": weights,
    }


def count_slots(config: TrainConfig) -> int:
    """The numbers that the optimizer keeps for each weight, besides the moving average."""
    weight = keras.Variable(tf.zeros((2, 3)))
    optimizer = build_optimizer(config, 1, config.ema_momentum)
    optimizer.build([weight])
    return sum(each.shape == weight.shape for each in optimizer.variables) - 1
