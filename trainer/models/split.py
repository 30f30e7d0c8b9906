"""Splits a model into the backbone, whose layers have names of its groups, and the head on it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import keras

from trainer.models.geometry import compute_strides, map_outputs_to_layers


def split(model: keras.Model, groups: Sequence[str]) -> tuple[keras.Model, keras.Model]:
    """Two models that share the model's layers: inputs to features, and features to outputs.

    `groups` are the beginnings of the names of the backbone's layers. Layers without weights, such
    as pooling, belong to the features, which are then small.
    """
    makers = map_outputs_to_layers(model)
    fixed = find_fixed(model, groups, makers)
    features = {
        id(tensor): tensor
        for layer in model.layers
        if layer.name not in fixed
        for tensor in list_inputs(layer)
        if makers[id(tensor)] in fixed
    }
    between = tuple(features.values())
    inputs = {id(tensor) for tensor in keras.tree.flatten(model.input)}
    if not inputs.isdisjoint(features):
        # Keras would give the input another place, and could not describe the model afterwards.
        raise ValueError(f"A layer of {model.name}'s head reads an input of the model: copy it.")
    return keras.Model(model.input, between), keras.Model(between, model.output)


def find_fixed(model: keras.Model, groups: Sequence[str], makers: dict[int, str]) -> set[str]:
    """The names of the backbone's layers, of all before them, and of those without weights after.

    Dropout is not among them: the state of its random generator is one of its variables.
    """
    fixed: set[str] = set()
    for layer in reversed(model.layers):  # Consumers before producers.
        if find_group(layer.name, groups) is not None or layer.name in fixed:
            fixed |= {layer.name, *(makers[id(tensor)] for tensor in list_inputs(layer))}
    for layer in model.layers:
        if not layer.variables and all(
            makers[id(tensor)] in fixed for tensor in list_inputs(layer)
        ):
            fixed.add(layer.name)
    return fixed


def fix_layers(model: keras.Model, groups: Sequence[str], stride: int) -> None:
    """From now on, the backbone's layers up to this stride keep their weights in training."""
    strides, makers = compute_strides(model), map_outputs_to_layers(model)
    largest: dict[str, Fraction] = {}  # On the way from the image to the layer.
    for layer in model.layers:  # Producers before consumers.
        before = (largest[makers[id(tensor)]] for tensor in list_inputs(layer))
        largest[layer.name] = max((*strides.get(layer.name, ()), *before), default=Fraction(1))
        if find_group(layer.name, groups) is not None and largest[layer.name] <= stride:
            layer.trainable = False


def find_group(name: str, groups: Sequence[str]) -> int | None:
    """The number of a layer's group, counted from the image on; None for a layer of the head."""
    return next((n for n, group in enumerate(groups) if f"{name}_".startswith(f"{group}_")), None)


def list_inputs(layer: keras.Layer) -> list[keras.KerasTensor]:
    """The tensors that a layer reads; none for an input of the model."""
    return [] if isinstance(layer, keras.layers.InputLayer) else keras.tree.flatten(layer.input)
