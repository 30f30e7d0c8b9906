"""What a model's layers do to height and width: strides, and the smallest input, computed.

Along one axis a layer is a window: from n positions it makes (n + padding - kernel) // stride + 1.
Trying sizes out would not do: below a kernel's size, TensorFlow's convolutions on CPUs answer with
whatever is in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
from keras import layers

from trainer.models.layers import Gain, HalveMask, MaskedReLU, SizeMask

Sides = tuple[int, int]  # Of height and width.


class Window(NamedTuple):
    """How a layer moves along one axis."""

    kernel: int = 1
    stride: int = 1
    padding: int = 0  # At both ends together; negative for cropping.


def smallest_input(model: keras.Model) -> Sides:
    """The least height and width of an image that leaves each feature map a position.

    Raises ValueError, naming the layer, where nothing is known of a layer of the model.
    """

    def needed(positions: int, window: Window) -> int:
        return max(1, (positions - 1) * window.stride + window.kernel - window.padding)

    return to_the_image(model, needed)


def receptive_field(model: keras.Model) -> Sides:
    """How many pixels, in height and width, one position of the last feature map looks at."""

    def seen(positions: int, window: Window) -> int:
        return (positions - 1) * window.stride + window.kernel

    return to_the_image(model, seen)


def strides(model: keras.Model) -> dict[str, Sides]:
    """Pixels between two positions, in height and width, by the names of layers with such maps."""
    makers = output_makers(model)
    found: dict[str, Sides] = {}
    for layer in model.layers:
        if is_map(layer.output):
            before = [found[makers[id(tensor)]] for tensor in input_maps(layer)] or [(1, 1)]
            height, width = (max(axis) for axis in zip(*before, strict=True))
            along_height, along_width = windows(layer)
            found[layer.name] = (height * along_height.stride, width * along_width.stride)
    return found


def to_the_image(model: keras.Model, before: Callable[[int, Window], int]) -> Sides:
    """Walks from one position of the last feature maps back to the image.

    `before` says how many positions going through a layer's window takes or sees.
    """
    makers = output_makers(model)
    wanted = {layer.name: (1, 1) for layer in model.layers}
    for layer in reversed(model.layers):  # Consumers come before makers.
        if is_map(layer.output):
            along_height, along_width = windows(layer)
            height, width = wanted[layer.name]
            inputs = (before(height, along_height), before(width, along_width))
            for tensor in input_maps(layer):
                maker = makers[id(tensor)]
                wanted[maker] = larger(wanted[maker], inputs)
    return next(
        wanted[layer.name]
        for layer in model.layers
        if isinstance(layer, layers.InputLayer) and is_map(layer.output)
    )


def larger(first: Sides, second: Sides) -> Sides:
    """The larger height and the larger width."""
    return max(first[0], second[0]), max(first[1], second[1])


def output_makers(model: keras.Model) -> dict[int, str]:
    """The name of the layer that makes each tensor, by the tensor's id."""
    return {
        id(tensor): layer.name
        for layer in model.layers
        for tensor in keras.tree.flatten(layer.output)
    }


def input_maps(layer: keras.Layer) -> list[keras.KerasTensor]:
    """The feature maps that a layer reads; none for an input of the model."""
    if isinstance(layer, layers.InputLayer):
        return []
    return [tensor for tensor in keras.tree.flatten(layer.input) if is_map(tensor)]


def is_map(tensor: keras.KerasTensor) -> bool:
    """Whether the tensor is [B, H, W, C]."""
    return len(tensor.shape) == 4


def windows(layer: keras.Layer) -> tuple[Window, Window]:
    """The layer's windows along height and width."""
    for kinds, rule in RULES:
        if isinstance(layer, kinds):
            return rule(layer)
    raise ValueError(
        f"Layer {layer.name!r} is a {type(layer).__name__}, and nothing is known of what that does "
        f"to height and width: add it to RULES in {__name__}."
    )


def unmoved(layer: keras.Layer) -> tuple[Window, Window]:
    """Of layers that look at each position alone."""
    return Window(), Window()


def halved(layer: keras.Layer) -> tuple[Window, Window]:
    """Of layers that keep every second position."""
    return Window(stride=2), Window(stride=2)


def convolved(layer: keras.Layer) -> tuple[Window, Window]:
    """Of convolutions."""
    reach = [(k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
    return slid(reach, layer.strides, layer.padding)


def pooled(layer: keras.Layer) -> tuple[Window, Window]:
    """Of pooling within windows."""
    return slid(layer.pool_size, layer.strides, layer.padding)


def slid(kernel: tuple, stride: tuple, padding: str) -> tuple[Window, Window]:
    """With padding "same", ceil(n / stride) positions come of n; with "valid", none is made up."""
    height, width = (
        Window(k, s, k - 1 if padding == "same" else 0) for k, s in zip(kernel, stride, strict=True)
    )
    return height, width


def padded(layer: layers.ZeroPadding2D) -> tuple[Window, Window]:
    """Of padding with zeros."""
    height, width = (Window(padding=sum(ends)) for ends in layer.padding)
    return height, width


def cropped(layer: layers.Cropping2D) -> tuple[Window, Window]:
    """Of cropping."""
    height, width = (Window(padding=-sum(ends)) for ends in layer.cropping)
    return height, width


POINTWISE = (
    layers.InputLayer,
    layers.Add,
    layers.Multiply,
    layers.Concatenate,
    layers.Activation,
    layers.ReLU,
    layers.Normalization,
    layers.Rescaling,
    layers.BatchNormalization,
    layers.LayerNormalization,
    layers.Dropout,
    layers.SpatialDropout2D,
    Gain,
    MaskedReLU,
    SizeMask,
)
RULES = (
    (POINTWISE, unmoved),
    (HalveMask, halved),
    ((layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D), convolved),
    ((layers.MaxPooling2D, layers.AveragePooling2D), pooled),
    (layers.ZeroPadding2D, padded),
    (layers.Cropping2D, cropped),
)
