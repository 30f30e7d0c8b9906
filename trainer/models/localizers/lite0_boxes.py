"""A localizer on the features of EfficientNet-Lite0."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from trainer.model_config import Lite0BoxesConfig
from trainer.models.backbones import lite0, lite0_weights
from trainer.models.localizers.heads import add_heads

STRIDE = 32


def build(
    config: Lite0BoxesConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, 3] in 0..255, "size": [B, 2]} to logits [B, classes + 4].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255, used if no weights are read. H and W may be anything
    from 1 up, and differ between calls. Raises what lite0_weights.py raises.
    """
    inputs, maps = lite0.build_backbone(config, mean=mean, std=std)
    features = lite0.add_top(maps["block15"], config)
    logits = add_heads(features, inputs["size"], config, classes=classes, stride=STRIDE)
    return lite0_weights.read(keras.Model(inputs, logits, name="lite0_boxes"), config)
