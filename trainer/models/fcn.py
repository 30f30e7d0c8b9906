"""A fully convolutional classifier: residual stages, and 1x1 convolutions in place of dense layers.

Long, Shelhamer, Darrell (arXiv:1411.4038) for the head.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras

from trainer.model_config import ClassifierConfig, FCNBoxesConfig
from trainer.models.heads import HEADS
from trainer.models.inputs import Inputs, build_inputs, normalize
from trainer.models.layers import Map
from trainer.models.residual import add_residual_block, halve


def build(
    config: ClassifierConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255. H and W may be anything from 1 up, and differ between calls.
    """
    inputs, (x, mask) = build_stages(config, mean=mean, std=std)
    logits = HEADS[config.head](x, mask, config, classes)

    return keras.Model(inputs, logits, name="fcn")


def build_stages(
    config: ClassifierConfig | FCNBoxesConfig, *, mean: Sequence[float], std: Sequence[float]
) -> tuple[Inputs, Map]:
    """The inputs, and the features of the last stage; the stem and each stage halve both sides."""
    inputs, mask = build_inputs(len(mean))
    x = normalize(inputs["image"], mask, mean=mean, std=std)

    x, mask = halve(x, mask, config.widths[0] // 2, "stem")
    for stage, width in enumerate(config.widths):
        x, mask = halve(x, mask, width, f"stage{stage}_down")
        for block in range(config.blocks):
            x = add_residual_block(x, mask, width, f"stage{stage}_block{block}")
    return inputs, Map(x, mask)
