"""Counts the floating-point operations of a training step, from a model's own layers and shapes.

Only convolutions and dense layers count: they do almost all of the work. A kernel of n numbers
costs n multiplications and n additions at each position of a map.
"""

from __future__ import annotations

import math

import keras
from keras import layers

from pipeline.inspection.memory import Output, Views, measure_outputs
from trainer.models.geometry import map_outputs_to_layers
from trainer.models.split import list_inputs
from trainer.models.upsampling import BilinearUpsampling

GROWING = (layers.Conv2DTranspose, BilinearUpsampling)  # They apply kernels to input positions.
COUNTED = (
    layers.Conv2D,
    layers.DepthwiseConv2D,
    layers.SeparableConv2D,
    layers.Dense,
    *GROWING,
)


def count_step(model: keras.Model, views: Views) -> int:
    """The operations of a step on a batch of square images.

    The backward pass costs as much as the forward one for the gradient of a kernel, unless it is
    frozen, and as much again for that of a layer's input, if a weight before it learns.
    """
    outputs, makers = measure_outputs(model, views), map_outputs_to_layers(model)
    learning: set[str] = set()  # Layers whose output depends on weights that learn.
    total = 0
    for layer in model.layers:  # Producers before consumers.
        own = bool(layer.trainable_weights)
        before = {makers[id(tensor)] for tensor in list_inputs(layer)}
        earlier = bool(before & learning)
        if own or earlier:
            learning.add(layer.name)
        if isinstance(layer, COUNTED):
            total += (1 + own + earlier) * 2 * count_products(layer, outputs, makers)
    return total


def count_products(layer: keras.Layer, outputs: dict[str, Output], makers: dict[int, str]) -> int:
    """The multiplications of a layer's forward pass."""
    source = makers[id(list_inputs(layer)[0])] if isinstance(layer, GROWING) else layer.name
    positions = math.prod(outputs[source].shape[:-1])
    kernels = (weight.shape for weight in layer.weights if "kernel" in weight.name)
    return positions * sum(math.prod(shape) for shape in kernels)
