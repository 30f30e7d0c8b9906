"""How the tiles of an image lie: what the model says, and the windows that are read for them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from serving.client import Client

PLAN_TILES = "plan_tiles"  # The signature.
SIDE = 512  # Pixels of a tile, unless its scores would be too large.
SCORE_BYTES = 2**26  # Of a window's answer.
FLOAT_BYTES = 4

Pair = tuple[int, int]  # Down and across.


class NoTilesError(ValueError):
    """The answer about the whole image is not that of its tiles; the text says why."""


class Plan(NamedTuple):
    """What a model says about the tiles of an image."""

    stride: Pair  # Pixels of which tiles begin at a multiple.
    halo: Pair  # Pixels that a window needs around its tile.
    pooling: str  # "mean" or "max" of all scores is a logit; "": they are those of pixels.
    labels: tuple[str, ...]
    unknown_below: float  # The probability below which a class is unknown; 0: none is.
    mirrored: bool = False  # Probabilities are averaged with those of the mirror image.


class Window(NamedTuple):
    """A rectangle of pixels; the end is not in it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> Pair:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left


class View(NamedTuple):
    """The window that a tile's scores are computed from."""

    window: Window
    mirrored: bool = False


class Tile(NamedTuple):
    """A part of an image, and its views, of which the scores are averaged."""

    own: Window
    views: tuple[View, ...]


def ask_plan(client: Client, size: Pair) -> Plan:
    """How tiles of an image of this height and width lie.

    Raises NoTilesError, MissingSignature for the model of an earlier version, or ServingError.
    """
    answer = client.call(PLAN_TILES, {"sizes": np.array([size], np.int32)})
    if reason := str(answer["reasons"][0]):
        raise NoTilesError(reason)
    mirrored = "mirrored" in answer and bool(answer["mirrored"][0])
    if mirrored and "gives_probabilities" not in answer:
        raise NoTilesError("An earlier version exported this mirrored model: train it again.")
    return Plan(
        _to_pair(answer["strides"][0]),
        _to_pair(answer["halos"][0]),
        str(answer["poolings"][0]),
        tuple(map(str, answer["labels"][0])),
        float(answer["unknown_below"][0]),
        mirrored,
    )


def choose_side(plan: Plan, wanted: int | None) -> int:
    """The side of the tiles: `wanted`, or SIDE at most, so that an answer has SCORE_BYTES at most.

    Raises ValueError for another side than a multiple of the stride.
    """
    step = math.lcm(*plan.stride)
    if wanted is None:
        classes = 1 if plan.pooling else len(plan.labels)
        around = 2 * max(plan.halo) + (step if plan.mirrored else 0)
        most = math.isqrt(SCORE_BYTES // (FLOAT_BYTES * classes)) - around
        return max(step, min(SIDE, most) // step * step)
    if wanted % step:
        larger = (wanted // step + 1) * step
        raise ValueError(
            f"--tile {wanted} is not a multiple of {step}, the stride of the model: use {larger}."
        )
    return wanted


def divide_up(pixels: int, side: int) -> int:
    """How many tiles cover these pixels."""
    return -(-pixels // side)


def list_row(plan: Plan, size: Pair, side: int, row: int) -> Iterator[Tile]:
    """The tiles of one row of an image of this height and width."""
    top, bottom = _find_span(row, side, size[0])
    above, below = _add_halo(top, bottom, plan.stride[0], plan.halo[0], size[0])
    for column in range(divide_up(size[1], side)):
        left, right = _find_span(column, side, size[1])
        before, after = _add_halo(left, right, plan.stride[1], plan.halo[1], size[1])
        views = [View(Window(above, before, below, after))]
        if plan.mirrored:  # Its strides begin at the right edge.
            ends = size[1] - right, size[1] - left
            before, after = _add_halo(*ends, plan.stride[1], plan.halo[1], size[1])
            views.append(View(Window(above, size[1] - after, below, size[1] - before), True))
        yield Tile(Window(top, left, bottom, right), tuple(views))


def _find_span(number: int, side: int, length: int) -> Pair:
    """First and end of a tile along one axis."""
    return number * side, min((number + 1) * side, length)


def _add_halo(first: int, end: int, stride: int, halo: int, length: int) -> Pair:
    """First and end of the window for a span: it begins at a multiple of the stride."""
    aligned = first // stride * stride, divide_up(end, stride) * stride
    return max(0, aligned[0] - halo), min(length, aligned[1] + halo)


def _to_pair(values: Any) -> Pair:
    return int(values[0]), int(values[1])
