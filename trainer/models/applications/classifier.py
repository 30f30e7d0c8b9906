"""A classifier on a network of keras.applications."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from trainer.model_config import ApplicationConfig
from trainer.models.applications import weights
from trainer.models.applications.networks import build_backbone
from trainer.models.heads import HEADS


def build(
    config: ApplicationConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, 3] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255, used if no weights are read. H and W may be anything
    from 1 up, and differ between calls. Raises what weights.py raises.
    """
    source = weights.load_source(config)
    inputs, maps = build_backbone(config, source, mean=mean, std=std)
    x, mask = maps[source.layers[-1].name]
    logits = HEADS[config.head](x, mask, config, classes)
    return weights.read(keras.Model(inputs, logits, name=config.name), source, config)
