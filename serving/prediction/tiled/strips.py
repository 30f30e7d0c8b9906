"""Asks for the scores of windows, and makes the answers of strips from them: rows of tiles."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from serving.client import Client, InvalidOutput
from serving.client.many import Pace, ask_in_order
from serving.prediction.tiled import grid
from serving.prediction.tiled.grid import Pair, Plan, Tile, View, Window

SCORE_TILES = "score_tiles"  # The signature.
REQUESTS = 3  # At once: twice as many tiles are in memory, with a window for each view.
LEVEL = 1  # Of the compression of strips that are kept until the image is complete.


class Source(Protocol):
    """An image that is read in windows, from top to bottom."""

    size: Pair
    note: str  # How its pixels differ from those that are usually sent; empty: they do not.

    def read(self, window: Window) -> NDArray[np.uint8]:
        """The pixels [h, w, 3] of a window."""


class Strip(NamedTuple):
    """The answer about one row of tiles."""

    values: list[float]  # Of each class: its pixels, the sum of its scores, or the greatest one.
    positions: int  # Pixels, or positions of the score map.
    data: bytes = b""  # The rows of the mask, compressed.


class Part(NamedTuple):
    """The answer about one tile."""

    values: NDArray[Any]  # As those of a strip.
    positions: int
    mask: NDArray[np.uint8] | None = None  # [h, w].


class Job(NamedTuple):
    """An image to answer, and how."""

    source: Source
    plan: Plan
    side: int  # Of the tiles.

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return grid.divide_up(self.source.size[0], self.side)

    @property
    def columns(self) -> int:
        """Tiles in a row."""
        return grid.divide_up(self.source.size[1], self.side)


def answer_strips(
    client: Client, job: Job, first: int, advance: Callable[[], None]
) -> Iterator[Strip]:
    """The strips from the row `first` on. Few windows are in memory; `advance` counts tiles."""

    def ask(batch: list[tuple[Tile, list[NDArray[np.uint8]]]]) -> list[Part]:
        return [make_part(job.plan, score(client, job.plan, *item)) for item in batch]

    items = (
        (tile, [job.source.read(view.window) for view in tile.views])
        for row in range(first, job.rows)
        for tile in grid.list_row(job.plan, job.source.size, job.side, row)
    )
    parts = ask_in_order(ask, items, Pace(batch=1, concurrency=REQUESTS))
    for _ in range(first, job.rows):
        row = []
        for part in islice(parts, job.columns):
            advance()
            row.append(part)
        yield join(job.plan, row)


def score(
    client: Client, plan: Plan, tile: Tile, pixels: Sequence[NDArray[np.uint8]]
) -> NDArray[np.float32]:
    """The scores [h, w, C] of a tile, without its halo. Raises ServingError.

    The mean of its views, of which only a segmenter has several: they are probabilities.
    """
    views = zip(tile.views, pixels, strict=True)
    scores = [score_view(client, plan, tile.own, *view) for view in views]
    return scores[0] if len(scores) == 1 else np.mean(scores, axis=0)


def score_view(
    client: Client, plan: Plan, own: Window, view: View, pixels: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """The scores [h, w, C] of a tile, from one of its views."""
    shown = np.ascontiguousarray(pixels[:, ::-1]) if view.mirrored else pixels
    sizes = np.array([view.window.size], np.int32)
    inputs: dict[str, NDArray[Any]] = {"pixels": shown[np.newaxis], "sizes": sizes}
    answer = client.call(SCORE_TILES, inputs)
    rows, columns = answer["map_sizes"][0]
    scores = np.asarray(answer["scores"], np.float32)[0, :rows, :columns]
    if view.mirrored:
        scores = scores[:, ::-1]
    steps = plan.stride if plan.pooling else (1, 1)
    top, left = (
        (first - read) // step
        for first, read, step in zip(own[:2], view.window[:2], steps, strict=True)
    )
    sides = [grid.divide_up(side, step) for side, step in zip(own.size, steps, strict=True)]
    kept = scores[top : top + sides[0], left : left + sides[1]]
    if kept.shape != (*sides, len(plan.labels)):
        raise InvalidOutput("scores", f"its shape is {scores.shape} for {view.window.size} pixels")
    return kept


def make_part(plan: Plan, scores: NDArray[np.float32]) -> Part:
    """A tile's part of the answer, from its scores."""
    positions = scores.shape[0] * scores.shape[1]
    if plan.pooling == "mean":
        return Part(scores.sum(axis=(0, 1), dtype=np.float64), positions)
    if plan.pooling:
        return Part(scores.max(axis=(0, 1)).astype(np.float64), positions)
    mask = scores.argmax(axis=-1).astype(np.uint8)
    return Part(np.bincount(mask.ravel(), minlength=len(plan.labels)), positions, mask)


def join(plan: Plan, parts: Sequence[Part]) -> Strip:
    """The answer about a row of tiles."""
    values = pool(plan, [part.values for part in parts])
    positions = sum(part.positions for part in parts)
    masks = [part.mask for part in parts if part.mask is not None]
    data = zlib.compress(np.concatenate(masks, axis=1).tobytes(), LEVEL) if masks else b""
    return Strip(values.tolist(), positions, data)


def pool(plan: Plan, values: Sequence[Any]) -> NDArray[Any]:
    """The values of several parts as those of one: their sum, or the greatest."""
    whole = np.array(values)
    return whole.max(axis=0) if plan.pooling == "max" else whole.sum(axis=0)
