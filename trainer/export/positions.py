"""Which place of the image a position of a feature map is about."""

from __future__ import annotations

import keras
from keras import layers

from trainer.models import geometry
from trainer.models.moves import Growth, Window

Place = tuple[float, float]  # Pixels, down from the upper edge and across from the left one.


def find_origin(model: keras.Model, name: str) -> Place:
    """The centre of the pixels that the first position of a layer's map looks at.

    It may lie outside the middle of a cell as large as the stride: a network that pads more after
    the image than before it looks further down and to the right at each halving. Next positions
    are one stride away. Several inputs of a layer are about the same place: the first one counts.
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
    down, across = (
        find_middle(moves) - pad
        for moves, pad in zip(geometry.find_moves(layer), find_padding(layer), strict=True)
    )
    return down, across


def find_middle(moves: Window | Growth) -> float:
    """The middle of the first output's input positions, without padding."""
    if isinstance(moves, Growth):
        return (1 / moves.factor - 1) / 2
    return (moves.kernel - 1) / 2


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
