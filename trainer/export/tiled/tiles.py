"""Scores of windows of an image, from which those of the whole image are put together exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from trainer.config import Recipe
from trainer.data.images import WHOLE_IMAGE
from trainer.export import tracing
from trainer.export.score_maps import ScoreMaps, measure
from trainer.export.tiled.grid import TileGrid, find_grid

WHOLE = "The model looks at the whole image."
NO_PAIR = (0, 0)
POOLINGS = {"average": "mean", "max": "max"}  # The names in the signature.


class Tiles(NamedTuple):
    """The map of a model, and how windows must lie for it."""

    # From pixels [N, H, W, channels] in 0..255 and sizes [N, 2] to scores [N, h, w, C], and a mask
    # [N, h, w, 1] of the positions that belong to the windows.
    score: Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
    grid: TileGrid
    pooling: str = ""  # "average" or "max" of all positions are the logits; "": each is a pixel's.


def from_segmenter(model: keras.Model) -> Tiles:
    """The probabilities of each pixel's classes, which the answer about the whole image compares.

    Two logits that differ in the last bit may have the same probability. Raises ValueError as
    find_grid does.
    """
    grid = find_grid(model)

    def score(pixels: tf.Tensor, sizes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # As trainer.tasks.masks activates them.
        probabilities = tf.nn.softmax(tracing.call(model, pixels, sizes))
        rows, columns = (
            tf.sequence_mask(sizes[:, axis], tf.shape(pixels)[axis + 1], tf.float32)
            for axis in (0, 1)
        )
        return probabilities, (rows[:, :, tf.newaxis] * columns[:, tf.newaxis])[..., tf.newaxis]

    return Tiles(tracing.share(score, model), grid)


def from_classifier(model: keras.Model, maps: ScoreMaps | None) -> Tiles:
    """The score maps. Raises ValueError as find_grid does, and for a model without score maps."""
    if maps is None:
        raise ValueError(
            f"The logits of {model.name} are not a mean or a maximum of scores at each position: "
            "tiles cannot add up to them."
        )
    return Tiles(maps.score, find_grid(maps.layers), maps.pooling)


def answer(tiles: Tiles, pixels: tf.Tensor, sizes: tf.Tensor) -> dict[str, tf.Tensor]:
    """The outputs of `score_tiles`, without labels: see saved_model.py."""
    scores, mask = tiles.score(pixels, sizes)
    windows = tf.shape(pixels)[:1]
    outputs = {
        "scores": scores,
        "map_sizes": measure(mask),
        "strides": tf.tile(tf.constant([tiles.grid.stride]), [windows[0], 1]),
        "halos": tf.tile(tf.constant([tiles.grid.halo]), [windows[0], 1]),
    }
    if tiles.pooling:
        outputs["poolings"] = tf.fill(windows, POOLINGS[tiles.pooling])
    return outputs


def find_reason(recipe: Recipe) -> str:
    """Why no image of this recipe's model is answered as its tiles are. Empty if all may be."""
    limits = recipe.served_limits
    if sides := getattr(recipe.model, "sides", ()):
        return (
            f"The model averages over several sizes of an image: set model.sides=[], not {sides}."
        )
    if limits.sizing != "limit":
        return f"The model scales every image ({limits.sizing}): set data.sizing=limit."
    if limits.crop not in (None, WHOLE_IMAGE):
        return "The model sees only a part of each image: set data.crop and serve.crop to null."
    return ""


def plan(tiles: Tiles | None, reason: str, sizes: tf.Tensor, max_side: int) -> dict[str, tf.Tensor]:
    """The outputs of `plan_tiles` for sizes [N, 2], without labels and threshold."""
    images = tf.shape(sizes)[:1]
    grid = tiles.grid if tiles else (NO_PAIR, NO_PAIR)
    fits = tf.reduce_max(sizes, axis=1) <= max_side
    scaled = (
        f"The model sees at most {max_side} pixels of a side, so the image would be scaled: set "
        "serve.max_side=native."
    )
    return {
        "reasons": tf.where(fits, reason, reason or scaled),
        **{
            name: tf.tile(tf.constant([pair]), [images[0], 1])
            for name, pair in zip(("strides", "halos"), grid, strict=True)
        },
        "poolings": tf.fill(images, POOLINGS.get(tiles.pooling, "") if tiles else ""),
        "gives_probabilities": tf.fill(images, bool(tiles and not tiles.pooling)),
    }
