"""A localizer with the stages of the fully convolutional classifier, to train from scratch."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from trainer.model_config import FCNBoxesConfig
from trainer.models import fcn
from trainer.models.localizers.heads import add_heads


def build(
    config: FCNBoxesConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, 3] in 0..255, "size": [B, 2]} to logits [B, classes + 4].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255. H and W may be anything from 1 up, and differ between calls.
    """
    inputs, features = fcn.build_stages(config, mean=mean, std=std)
    stride = 2 ** (1 + len(config.widths))
    logits = add_heads(features, inputs["size"], config, classes=classes, stride=stride)
    return keras.Model(inputs, logits, name="fcn_boxes")
