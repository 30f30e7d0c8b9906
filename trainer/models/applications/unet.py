"""A U-Net whose encoder is a network of keras.applications: features of stride 32, enlarged."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.model_config import UNetApplicationConfig
from trainer.models.applications import weights
from trainer.models.applications.masking import zero_padding
from trainer.models.applications.networks import NETWORKS, build_backbone
from trainer.models.decoder import grow, score
from trainer.models.layers import Map, divide


def build(
    config: UNetApplicationConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, 3] in 0..255, "size": [B, 2]} to logits [B, H, W, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255, used if no weights are read. H and W may be anything
    from 1 up, and differ between calls. With EfficientNetV2B0 each score depends on the whole
    image, so tiles of an image get other scores. Raises what weights.py raises.
    """
    source, network = weights.load_source(config), NETWORKS[config.backbone]
    inputs, maps = build_backbone(config, source, mean=mean, std=std)
    maps = divide(maps, network.typical_values, config.weights)
    x = layers.SpatialDropout2D(config.dropout, name="dropout")(maps[network.end].features)
    for level, name in reversed(list(enumerate(network.skips))):
        skip = Map(zero_padding(maps[name], f"level{level}_skip"), maps[name].mask)
        x = grow(x, skip, config.widths[level], level)
    logits = score(Map(x, skip.mask), maps["image"].mask, classes)
    return weights.read(keras.Model(inputs, logits, name=config.name), source, config)
