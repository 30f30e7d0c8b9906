"""Networks that go over an image tile by tile, and answer as they do for the whole image.

A tile is scored together with its halo (trainer/export/tiled/grid.py), of which the scores are
dropped. At the edge of the image there is none: the network sees the same edge as in the image.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import keras
import tensorflow as tf

from trainer.config import Recipe
from trainer.export import score_maps, tracing
from trainer.export.signatures import Network
from trainer.export.tiled import tiles
from trainer.export.tiled.grid import TileGrid
from trainer.export.tiled.tiles import Tiles

LOWEST = -1e9  # Below all scores: that of MaskedPooling.


class Window(NamedTuple):
    """A tile and its halo along one axis, in pixels."""

    first: tf.Tensor
    end: tf.Tensor
    offset: tf.Tensor  # From the window's first pixel to the tile's.


def build_network(model: keras.Model, recipe: Recipe) -> Network:
    """The logits of whole images, or of their tiles if the recipe asks for it.

    A segmenter's network goes over tiles of columns only. Raises what find_tiles raises.
    """

    score = tracing.share(partial(tracing.call, model), model)
    side = recipe.serve.tile
    if not side:
        return score
    found = find_tiles(model, recipe)
    if found.pooling:
        return pool_tiles(found, side, model.output.shape[-1])
    return split_columns(score, found.grid, side)


def find_tiles(model: keras.Model, recipe: Recipe) -> Tiles:
    """How the tiles of the recipe's side lie.

    Raises ValueError for a model whose layers look at the whole image, and for another side than a
    multiple of the stride.
    """
    if recipe.task == "masks":
        found = tiles.from_segmenter(model)
    else:
        found = tiles.from_classifier(model, score_maps.build(model))
    side, stride = recipe.serve.tile or 0, max(found.grid.stride)
    if side % stride:
        larger = (side // stride + 1) * stride
        raise ValueError(
            f"serve.tile={side} is not a multiple of {stride}, the stride of {model.name}: "
            f"use {larger}."
        )
    return found


def split_columns(network: Network, grid: TileGrid, side: int) -> Network:
    """The same scores [N, H, W, C], computed for `side` columns at a time."""

    def score(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        width = tf.shape(pixels)[2]
        count = divide_up(width, side)
        parts = tf.TensorArray(tf.float32, count, infer_shape=False, element_shape=[None] * 4)
        for number in tf.range(count):
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            window = find_window(number * side, side, grid.halo[1], width)
            own = tf.clip_by_value(sizes[:, 1] - window.first, 0, window.end - window.first)
            scores = network(
                pixels[:, :, window.first : window.end], tf.stack([sizes[:, 0], own], axis=1)
            )
            kept = scores[:, :, window.offset : window.offset + side]
            parts = parts.write(number, tf.transpose(kept, [2, 0, 1, 3]))
        return tf.transpose(parts.concat(), [1, 2, 0, 3])

    return score


def pool_tiles(found: Tiles, side: int, classes: int) -> Network:
    """The logits [N, C]: the mean or the maximum of the scores at all positions of all tiles."""
    is_mean = found.pooling == "average"

    def score(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        images = tf.shape(pixels)[0]
        rows, columns = divide_up(tf.shape(pixels)[1], side), divide_up(tf.shape(pixels)[2], side)
        pooled = tf.fill([images, classes], 0.0 if is_mean else LOWEST)
        positions = tf.zeros([images, 1])
        for number in tf.range(rows * columns):
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            corner = tf.stack([number // columns, number % columns]) * side
            scores, mask = score_tile(found, pixels, sizes, corner, side)
            if is_mean:
                pooled += tf.reduce_sum(scores * mask, [1, 2])
                positions += tf.reduce_sum(mask, [1, 2])
            else:
                highest = tf.reduce_max(tf.where(mask > 0, scores, LOWEST), [1, 2])
                pooled = tf.maximum(pooled, highest)
        return pooled / positions if is_mean else pooled

    return score


def score_tile(
    found: Tiles, pixels: tf.Tensor, sizes: tf.Tensor, corner: tf.Tensor, side: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Scores and mask of the positions of the tile at a corner, int32 [2], without its halo."""
    down, across = (
        find_window(corner[axis], side, found.grid.halo[axis], tf.shape(pixels)[axis + 1])
        for axis in (0, 1)
    )
    first, end = tf.stack([down.first, across.first]), tf.stack([down.end, across.end])
    own = tf.clip_by_value(sizes - first, 0, end - first)
    scores, mask = found.score(pixels[:, down.first : down.end, across.first : across.end], own)
    top, left = down.offset // found.grid.stride[0], across.offset // found.grid.stride[1]
    height, width = side // found.grid.stride[0], side // found.grid.stride[1]
    return (
        scores[:, top : top + height, left : left + width],
        mask[:, top : top + height, left : left + width],
    )


def find_window(start: tf.Tensor, side: int, halo: int, length: tf.Tensor) -> Window:
    """The window of a tile that starts at a pixel, along an axis of so many pixels."""
    first = tf.maximum(start - halo, 0)
    return Window(first, tf.minimum(start + side + halo, length), start - first)


def divide_up(length: tf.Tensor, side: int) -> tf.Tensor:
    """How many tiles cover a length."""
    return (length + side - 1) // side
