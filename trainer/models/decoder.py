"""The growing half of U-Nets: coarse features enlarged and joined with finer ones, then scored.

Ronneberger, Fischer, Brox (arXiv:1505.04597). Nothing is learned at the image's full size, where
a CPU would spend most of its time.
"""

from __future__ import annotations

import keras
from keras import layers

from trainer.models.layers import Map, MaskedReLU, StandardizedConv2D
from trainer.models.residual import add_residual_block
from trainer.models.upsampling import BilinearUpsampling, NearestUpsampling


def grow(x: keras.KerasTensor, skip: Map, width: int, level: int) -> keras.KerasTensor:
    """Coarser features at twice their size, joined with those of the level; level 0 is finest."""
    name, mask = f"level{level}_up", skip.mask
    x = StandardizedConv2D(width, 1, name=f"{name}_narrow")(x)
    x = NearestUpsampling(name=f"{name}_grow")(x, mask)
    x = layers.Concatenate(name=f"{name}_join")([x, skip.features])
    x = StandardizedConv2D(width, 3, padding="same", name=f"{name}_conv")(x)
    x = MaskedReLU(name=f"{name}_relu")(x, mask)
    return add_residual_block(x, mask, width, f"{name}_block") if level else x


def score(features: Map, image_mask: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """The logits [B, H, W, classes]: features of stride 2 scored, and enlarged to the image."""
    x = layers.Conv2D(classes, 1, name="scores")(features.features)
    x = layers.Multiply(name="scores_masked")([x, features.mask])
    enlarge = BilinearUpsampling(2, trainable=False, dtype="float32", name="logits")
    return enlarge(x, features.mask, image_mask)
