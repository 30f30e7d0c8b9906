"""How tiles of an image must lie to have the features of the whole image.

A tile's positions are those of the image if it begins at a multiple of the stride. Features near
its edge differ, because there is no image beyond it: so far as one position of the last map sees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import keras
from keras import layers

from trainer.models import geometry
from trainer.models.applications.layers import MaskedMaxPooling2D
from trainer.models.classic.fixed_size import FitSquare
from trainer.models.geometry import Sides
from trainer.models.moves import Span

Spans = tuple[Span, Span]  # Along height and width.


class TileGrid(NamedTuple):
    """In pixels, down and across."""

    stride: Sides  # Tiles begin, and end inside the image, at multiples of it.
    halo: Sides  # What a tile needs around the part that is kept; a multiple of the stride.


def find_grid(model: keras.Model) -> TileGrid:
    """The grid and the smallest halo for the first output of a model, a map.

    The halo is half the receptive field, or what that has on its longer side, rounded up to the
    stride. Raises ValueError that names a layer which looks at the whole image.
    """
    if layer := find_global_layer(model):
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) of {model.name} looks at the whole "
            "image: the features of a tile differ from those of the image."
        )
    last = geometry.map_outputs_to_layers(model)[id(keras.tree.flatten(model.output)[0])]
    strides = geometry.compute_strides(model)
    stride = find_multiple(strides.values(), 0), find_multiple(strides.values(), 1)
    cell = [int(side / step) for side, step in zip(stride, strides[last], strict=True)]
    spans = trace_spans(model, last, ((0, cell[0] - 1), (0, cell[1] - 1)))
    down, across = (round_up(span, side) for span, side in zip(spans, stride, strict=True))
    return TileGrid(stride, (down, across))


def find_global_layer(model: keras.Model) -> keras.Layer | None:
    """The first layer whose positions depend on the whole image, or on its size; None: no layer."""
    return next(filter(is_global, model.layers), None)


def is_global(layer: keras.Layer) -> bool:
    """Whether positions of the layer's map depend on more than a window around them.

    So do those of squeeze-and-excitation, of images scaled to one size, of normalization over
    height and width, and of windows that lie according to the size of the map.
    """
    if isinstance(layer, layers.LayerNormalization):
        return bool({*keras.tree.flatten(layer.axis)} - {-1, 3})
    return (
        isinstance(layer, FitSquare | layers.Flatten)
        or geometry.joins_squeezed(layer)
        or pads_by_size(layer)
    )


def pads_by_size(layer: keras.Layer) -> bool:
    """Whether Keras's padding before the first window depends on the size of the map."""
    kinds = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.MaxPooling2D)
    if not isinstance(layer, (*kinds, layers.AveragePooling2D)) or layer.padding != "same":
        return False
    return not isinstance(layer, MaskedMaxPooling2D) and any(
        stride > 1 and (kernel - 1) // 2 != max(0, kernel - stride) // 2
        for kernel, stride, *_ in geometry.find_moves(layer)
    )


def find_multiple(strides: Iterable[geometry.Strides], axis: int) -> int:
    """The smallest number of pixels that is a multiple of all strides."""
    return math.lcm(*(step[axis].numerator for step in strides))


def trace_spans(model: keras.Model, last: str, cell: Spans) -> Spans:
    """The first and last row and column of the image that positions of a layer's map look at."""
    makers = geometry.map_outputs_to_layers(model)
    seen = {last: cell}
    for layer in reversed(model.layers):  # Consumers before producers.
        for tensor, moves in geometry.list_maps_and_moves(layer) if layer.name in seen else ():
            rows, columns = (
                move.find_span(*span) for move, span in zip(moves, seen[layer.name], strict=True)
            )
            maker = makers[id(tensor)]
            others = seen.get(maker, (rows, columns))
            seen[maker] = unite(rows, others[0]), unite(columns, others[1])
    return next(
        seen[layer.name]
        for layer in model.layers
        if isinstance(layer, layers.InputLayer) and layer.name in seen
    )


def unite(one: Span, other: Span) -> Span:
    """The smallest span that contains both."""
    return min(one[0], other[0]), max(one[1], other[1])


def round_up(span: Span, stride: int) -> int:
    """The halo of a cell of `stride` pixels that looks at a span."""
    beyond = max(-span[0], span[1] - (stride - 1), 0)
    return -(-beyond // stride) * stride
