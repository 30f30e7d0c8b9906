"""What a model's layers do to height and width: strides, and the smallest input, computed.

Along one axis a layer is a window: from n positions it makes (n + padding - kernel) // stride + 1.
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
    """The least height and width of an image for which every feature map has a position.

    Raises ValueError, naming the layer, where a layer of the model is of no known kind.
    """
    return _backwards(model, lambda n, window: (n - 1) * window.stride + _reach(window))


def receptive_field(model: keras.Model) -> Sides:
    """How many pixels, in height and width, one position of the last feature map looks at."""
    return _backwards(model, lambda n, window: (n - 1) * window.stride + window.kernel)


def strides(model: keras.Model) -> dict[str, Sides]:
    """By the layers' names: how many pixels, in height and width, lie between two positions.

    Holds the layers that give feature maps [B, H, W, C].
    """
    found: dict[str, Sides] = {}
    for layer in model.layers:
        if _is_map(layer.output):
            before = [found[_maker(tensor)] for tensor in _maps(layer)] or [(1, 1)]
            steps = (window.stride for window in windows(layer))
            height, width = (max(n) * step for n, step in zip(zip(*before), steps, strict=True))
            found[layer.name] = (height, width)
    return found


def windows(layer: keras.Layer) -> tuple[Window, Window]:
    """The layer's windows along height and width."""
    for kind, rule in RULES.items():
        if isinstance(layer, kind):
            return rule(layer)
    known = ", ".join(kind.__name__ for kind in RULES)
    raise ValueError(
        f"Layer {layer.name!r} is a {type(layer).__name__}, and nothing is known of what that does "
        f"to height and width: add it to RULES in {__name__}. Known are: {known}."
    )


def _backwards(model: keras.Model, before: Callable[[int, Window], int]) -> Sides:
    """Walks from the last feature maps, of one position each, to the image.

    `before` says how many positions a layer needs for giving n.
    """
    needs: dict[str, Sides] = {}  # By the layer whose output it is.
    for layer in reversed(model.layers):
        wanted = needs.get(layer.name, (1, 1))
        if not _is_map(layer.output):
            continue
        if isinstance(layer, layers.InputLayer):
            return wanted
        height, width = (before(n, window) for n, window in zip(wanted, windows(layer), strict=True))
        for tensor in _maps(layer):
            others = needs.get(_maker(tensor), (1, 1))
            needs[_maker(tensor)] = (max(height, others[0]), max(width, others[1]))
    raise ValueError(f"Model {model.name!r} has no input [B, H, W, C].")


def _reach(window: Window) -> int:
    """How many positions the first output needs."""
    return max(1, window.kernel - window.padding)
