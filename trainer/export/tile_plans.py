"""What a client must know before it reads an image in tiles, and whether tiles answer as the whole.

The outputs of the signature `plan_tiles`: see saved_model.py.
"""

from __future__ import annotations

import tensorflow as tf

from trainer.config import Recipe
from trainer.export.tiles import POOLINGS, Tiles

WHOLE = "The model looks at the whole image."
NO_PAIR = (0, 0)


def find_reason(recipe: Recipe) -> str:
    """Why no image of this recipe's model is answered as its tiles are. Empty if all may be."""
    limits = recipe.served_limits
    if sides := getattr(recipe.model, "sides", ()):
        return (
            f"The model averages over several sizes of an image: set model.sides=[], not {sides}."
        )
    if getattr(recipe.model, "mirrored", False):
        return "The model averages over the mirrored image: set model.mirrored=false."
    if limits.sizing != "limit":
        return f"The model scales every image ({limits.sizing}): set data.sizing=limit."
    if limits.crop:
        return "The model sees only a part of each image: leave data.crop away."
    return ""


def plan(tiles: Tiles | None, reason: str, sizes: tf.Tensor, max_side: int) -> dict[str, tf.Tensor]:
    """The outputs for images of these sizes [N, 2], without labels and threshold."""
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
    }
