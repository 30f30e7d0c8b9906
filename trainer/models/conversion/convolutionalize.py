"""Turns a dense classifier into a fully convolutional network that scores every part of an image.

Section 3.1 of Long, Shelhamer, Darrell (arXiv:1411.4038): a dense layer on a feature map is a
convolution with filters = units, a kernel of the map's size and no padding; a dense layer on its
result is a 1x1 convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from trainer.models.conversion.checks import (
    check_input,
    check_known,
    check_layer,
    count_axes,
    list_layers,
)

Extent = tuple[int, int, int]  # Height, width and channels of a map before Flatten.

FROM_DENSE = (
    "trainable",
    "dtype",
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "bias_constraint",
)  # Values that a convolution takes over.


def convolutionalize(model: keras.Model) -> keras.Model:
    """A network from images [B, H, W, C] of any size to scores [B, h, w, units].

    An image of the model's own size gives h = w = 1 and the model's scores. On a larger image,
    position (i, j) has the model's scores of the crop at (i * stride, j * stride), if no layer pads
    its input: see `list_padding_layers`. `geometry.compute_strides` gives the stride. The weights
    are copies. Raises ValueError that names what cannot be converted.
    """
    check_input(model)
    for layer in list_layers(model):
        check_layer(layer)
    conversion = Conversion()
    converted = conversion.convert_model(model, (None, None, model.inputs[0].shape[-1]))
    if not conversion.replaced:
        raise ValueError(
            f"Model {model.name!r} has no Dense layer after a Flatten layer: it already takes "
            "images of any size."
        )
    return converted


class Conversion:
    """Calls copies of a model's layers on new tensors, and convolutions in place of dense layers.

    All new tensors are maps [B, h, w, C].
    """

    def __init__(self) -> None:
        self.replaced: list[str] = []  # Dense layers after a Flatten layer.
        self._flattened: dict[int, Extent] = {}  # By the id of the tensor that was not flattened.
        self._copies: dict[int, keras.Layer] = {}  # By the id of the original.

    def convert_model(
        self, model: keras.Model, shape: Sequence[int | None], extent: Extent | None = None
    ) -> keras.Model:
        """The model on an input [B, *shape]; `extent` is that of a flattened map."""
        if len(model.inputs) > 1 or len(model.outputs) > 1:
            raise ValueError(
                f"Model {model.name!r} has several inputs or outputs: use one of each."
            )
        image = keras.Input(shape, name=model.inputs[0].name)
        self._remember(image, extent)
        functional = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
        return keras.models.clone_model(  # Sequential models allow no call_function.
            functional,
            input_tensors=image,
            clone_function=lambda layer: layer,
            call_function=self._call,
        )

    def _call(self, layer: keras.Layer, *inputs: Any, **options: Any) -> keras.KerasTensor:
        """What the layer gives, on new tensors."""
        tensors = keras.tree.flatten(inputs)
        extent = next((e for t in tensors if (e := self._flattened.get(id(t)))), None)
        if isinstance(layer, keras.Model):
            return self._call_model(layer, tensors[0], extent)
        if isinstance(layer, layers.Flatten):
            return self._skip_flatten(layer, tensors[0])
        if isinstance(layer, layers.Dense):
            return self._convolve(layer, tensors[0], extent)
        check_known(layer, is_flattened=extent is not None)
        copy = self._copies.get(id(layer)) or copy_layer(layer)
        output = copy(*inputs, **options)
        copy_weights(layer, copy)
        self._copies[id(layer)] = copy
        return self._remember(output, extent)

    def _remember(self, tensor: keras.KerasTensor, extent: Extent | None) -> keras.KerasTensor:
        if extent:
            self._flattened[id(tensor)] = extent
        return tensor

    def _call_model(
        self, model: keras.Model, tensor: keras.KerasTensor, extent: Extent | None
    ) -> keras.KerasTensor:
        converted = self.convert_model(model, tensor.shape[1:], extent)
        inner = self._flattened.get(id(converted.outputs[0]))
        return self._remember(converted(tensor), inner)

    def _skip_flatten(self, layer: layers.Flatten, tensor: keras.KerasTensor) -> keras.KerasTensor:
        """The map itself, as a tensor of its own: other layers may read the map, too."""
        shape = layer.input.shape
        if len(shape) == 2:
            return tensor
        if len(shape) != 4 or None in shape[1:]:
            raise ValueError(
                f"Layer {layer.name!r} flattens {tuple(shape)}: build the model for one image size."
            )
        return self._remember(layers.Identity(name=layer.name)(tensor), tuple(shape[1:]))

    def _convolve(
        self, layer: layers.Dense, tensor: keras.KerasTensor, extent: Extent | None
    ) -> keras.KerasTensor:
        """The convolution in place of a dense layer."""
        height, width, channels = extent or (1, 1, tensor.shape[-1])
        values = {name: layer.get_config()[name] for name in FROM_DENSE}
        convolution = self._copies.get(id(layer)) or layers.Conv2D(
            layer.units, (height, width), name=layer.name, **values
        )
        self._copies[id(layer)] = convolution
        output = convolution(tensor)
        kernel, *bias = layer.get_weights()
        convolution.set_weights([kernel.reshape(height, width, channels, layer.units), *bias])
        if extent:
            self.replaced.append(layer.name)
        return output


def copy_layer(layer: keras.Layer) -> keras.Layer:
    """A layer with the same values, and new weights. Raises ValueError for an axis of positions."""
    config = layer.get_config()
    axis = config.get("axis")
    if axis is not None:
        last = count_axes(layer) - 1
        if any(each not in (-1, last) for each in keras.tree.flatten(axis)):
            raise ValueError(
                f"Layer {layer.name!r} has axis {axis}: only the last can be converted."
            )
        config["axis"] = keras.tree.map_structure(lambda _: -1, axis)
    return type(layer).from_config(config)


def copy_weights(layer: keras.Layer, copy: keras.Layer) -> None:
    """Gives the copy the layer's weights, and the statistics that were computed by `adapt`."""
    copy.set_weights(layer.get_weights())
    if isinstance(copy, layers.Normalization):
        copy.finalize_state()
