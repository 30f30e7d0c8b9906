"""Which place of the image a position of a feature map is about."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from trainer.models import geometry
from trainer.models.layers import ComputedKernel
from trainer.models.moves import Growth, Window

Place = tuple[float, float]  # Pixels, down from the upper edge and across from the left one.


def find_origin(model: keras.Model, name: str) -> Place:
    """The centre of the pixels that the first position of a layer's map looks at.

    Each pixel counts as much as the squared weights on its way: a trained kernel may look mostly
    to one side, as ImageNet's halving kernels look up and left, against their padding. Next
    positions are one stride away. Several inputs of a layer are about the same place: the first
    one counts.
    """
    makers, strides = geometry.map_outputs_to_layers(model), geometry.compute_strides(model)
    origins: dict[str, Place] = {}
    for layer in model.layers:
        if geometry.is_map(layer.output):
            origins[layer.name] = (0.5, 0.5)  # Of an input: its first pixel.
            for tensor, _ in geometry.list_maps_and_moves(layer)[:1]:
                maker = makers[id(tensor)]
                shifts = find_shifts(layer)
                down, across = (
                    origins[maker][axis] + float(strides[maker][axis]) * shifts[axis]
                    for axis in (0, 1)
                )
                origins[layer.name] = (down, across)
    return origins[name]


def find_shifts(layer: keras.Layer) -> Place:
    """From a layer's first input position to the centre of what its first output looks at."""
    moves, padding = geometry.find_moves(layer), find_padding(layer)
    down, across = (
        find_middle(moves[axis]) * (1 + find_lean(layer, axis)) - padding[axis] for axis in (0, 1)
    )
    return down, across


def find_middle(moves: Window | Growth) -> float:
    """The middle of the first output's input positions, without padding."""
    if isinstance(moves, Growth):
        return (1 / moves.factor - 1) / 2
    return (moves.kernel - 1) / 2


def find_lean(layer: keras.Layer, axis: int) -> float:
    """Where the squared weights of a convolution lie along an axis of its kernel.

    -1 is the first row or column, 0 the middle, 1 the last; 0 for layers without a kernel.
    """
    kernel = find_kernel(layer)
    if kernel is None:
        return 0.0
    energy = np.square(keras.ops.convert_to_numpy(kernel).astype(np.float64))
    along = energy.sum(axis=tuple(each for each in range(energy.ndim) if each != axis))
    return float(along @ np.linspace(-1, 1, len(along)) / along.sum()) if along.any() else 0.0


def find_kernel(layer: keras.Layer) -> keras.KerasTensor | None:
    """The kernel that a convolution applies along height and width, its first axes."""
    if isinstance(layer, ComputedKernel):
        return layer.find_kernel(layer.kernel)
    if isinstance(layer, layers.SeparableConv2D):
        return layer.depthwise_kernel
    if isinstance(layer, (layers.Conv2D, layers.DepthwiseConv2D)):
        return layer.kernel
    return None


def find_padding(layer: keras.Layer) -> tuple[int, int]:
    """Positions that a layer adds before the first one, for sides that its stride divides."""
    if isinstance(layer, layers.ZeroPadding2D):
        return layer.padding[0][0], layer.padding[1][0]
    if isinstance(layer, layers.Cropping2D):
        return -layer.cropping[0][0], -layer.cropping[1][0]
    windows = geometry.find_moves(layer)
    if getattr(layer, "padding", None) != "same" or not isinstance(windows[0], Window):
        return 0, 0
    down, across = (
        max(0, window.kernel - window.stride) // 2
        for window in windows
        if isinstance(window, Window)
    )
    return down, across
