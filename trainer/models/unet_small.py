"""A small U-Net for CPUs: residual stages down, skips and growing maps up, no pretrained weights.

Ronneberger, Fischer, Brox (arXiv:1505.04597) for the shape. The blocks are those of the classifier
in fcn.py; nothing is learned at the image's full size, where a CPU would spend most of its time.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.model_config import UNetConfig
from trainer.models.decoder import grow, score
from trainer.models.inputs import build_inputs, normalize
from trainer.models.layers import Map
from trainer.models.residual import add_residual_block, halve


def build(
    config: UNetConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, H, W, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255. H and W may be anything from 1 up, and differ between calls.
    """
    inputs, image_mask = build_inputs(len(mean))
    x = normalize(inputs["image"], image_mask, mean=mean, std=std)

    levels = shrink(x, image_mask, config)
    x, mask = levels.pop()
    x = layers.SpatialDropout2D(config.dropout, name="dropout")(x)
    while levels:
        skip, mask = levels.pop()
        x = grow(x, Map(skip, mask), config.widths[len(levels)], len(levels))
    logits = score(Map(x, mask), image_mask, classes)

    return keras.Model(inputs, logits, name="unet_small")


def shrink(
    x: keras.KerasTensor, mask: keras.KerasTensor, config: UNetConfig
) -> list[tuple[keras.KerasTensor, keras.KerasTensor]]:
    """The features of each level, and their masks; the finest, of stride 2, come first."""
    levels = []
    for level, width in enumerate(config.widths):
        x, mask = halve(x, mask, width, f"level{level}_down")
        for block in range(config.blocks if level else 0):
            x = add_residual_block(x, mask, width, f"level{level}_block{block}")
        levels.append((x, mask))
    return levels
