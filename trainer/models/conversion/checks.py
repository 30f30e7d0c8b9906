"""Which layers a dense classifier may have to become a fully convolutional network."""

from __future__ import annotations

import keras
from keras import layers

from trainer.models.geometry import find_moves
from trainer.models.moves import Window

GLOBAL_POOLING = (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)
ON_SCORES = (
    layers.Activation,
    layers.Add,
    layers.BatchNormalization,
    layers.Concatenate,
    layers.Dropout,
    layers.LayerNormalization,
    layers.LeakyReLU,
    layers.Multiply,
    layers.ReLU,
    layers.Softmax,
)  # Allowed after a dense layer: on its convolution, they treat each position alone.


def list_layers(model: keras.Model) -> list[keras.Layer]:
    """All layers, with those of nested models in place of these models."""
    found: list[keras.Layer] = []
    for layer in model.layers:
        found += list_layers(layer) if isinstance(layer, keras.Model) else [layer]
    return found


def check_input(model: keras.Model) -> None:
    """Raises ValueError unless the model is a graph of layers on one image."""
    if not getattr(model, "inputs", None):
        raise ValueError(
            f"Model {model.name!r} is a {type(model).__name__} without a graph of layers: use a "
            "functional or a built sequential model."
        )
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4:
        raise ValueError(f"Model {model.name!r} has the inputs {shapes}: one image is needed.")


def check_layer(layer: keras.Layer) -> None:
    """Raises ValueError for a layer that pools the whole image, or has channels first."""
    if isinstance(layer, GLOBAL_POOLING):
        raise ValueError(
            f"Layer {layer.name!r} is a {type(layer).__name__}: with it, a model takes images of "
            "any size, but has no score for each part of them. Use a model with Flatten in its "
            "place."
        )
    if layer.get_config().get("data_format") == "channels_first":
        raise ValueError(f"Layer {layer.name!r} has its channels first: set channels_last.")


def check_known(layer: keras.Layer, *, is_flattened: bool) -> None:
    """Raises ValueError unless the layer does the same at each position of a map of any size."""
    kind = f"{layer.name!r} is a {type(layer).__name__}"
    if not isinstance(layer, keras.Layer):
        raise ValueError(f"Operation {kind}: only layers can be converted.")
    if is_flattened:
        if not isinstance(layer, layers.Dropout):
            raise ValueError(f"Layer {kind} between Flatten and Dense: move it before Flatten.")
    elif count_axes(layer) == 4:
        find_moves(layer)
    elif not isinstance(layer, ON_SCORES):
        raise ValueError(f"Layer {kind}, which cannot be converted after a Dense layer.")


def count_axes(layer: keras.Layer) -> int:
    """The number of axes of the layer's first input."""
    return len(keras.tree.flatten(layer.input)[0].shape)


def list_padding_layers(model: keras.Model) -> list[str]:
    """The layers that pad: near the edge of a crop they see zeros, in the image its pixels."""
    return [
        layer.name
        for layer in list_layers(model)
        if hasattr(layer, "padding")
        and any(isinstance(move, Window) and move.padding > 0 for move in find_moves(layer))
    ]
