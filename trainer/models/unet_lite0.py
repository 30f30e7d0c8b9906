"""A U-Net whose shrinking half is EfficientNet-Lite0; the growing half is that of unet_small.py."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.model_config import UNetLite0Config
from trainer.models.backbones import lite0, lite0_weights
from trainer.models.decoder import grow, score
from trainer.models.layers import Map

SKIPS = ("block0", "block2", "block4", "block10")  # The last maps of strides 2, 4, 8 and 16.


def build(
    config: UNetLite0Config, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, H, W, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255, used if no weights are read. H and W may be anything
    from 1 up, and differ between calls. Raises what lite0_weights.py raises.
    """
    inputs, maps = lite0.build_backbone(config, mean=mean, std=std)
    x = layers.SpatialDropout2D(config.dropout, name="dropout")(maps["block15"].features)
    for level in reversed(range(len(SKIPS))):
        skip = Map(mask_features(maps[SKIPS[level]], SKIPS[level]), maps[SKIPS[level]].mask)
        x = grow(x, skip, config.widths[level], level)
    logits = score(Map(x, skip.mask), maps["image"].mask, classes)
    return lite0_weights.read(keras.Model(inputs, logits, name="unet_lite0"), config)


def mask_features(found: Map, name: str) -> keras.KerasTensor:
    """The features, zero in the padding."""
    return layers.Multiply(name=f"{name}_masked")([found.features, found.mask])
