"""FCN-8s: class scores of VGG-16's features of strides 32, 16 and 8.

Long, Shelhamer, Darrell (arXiv:1411.4038). Raises what trainer/models/vgg16_weights.py raises.
"""

from __future__ import annotations

import keras

from trainer.config import VGGConfig
from trainer.models import vgg16, vgg16_weights
from trainer.models.vgg16_scores import coarsest, enlarged, fused, scored


def build(config: VGGConfig, *, classes: int, mean: list, std: list) -> keras.Model:
    """Maps {"image": [B, H, W, 3] in 0..255, "size": [B, 2]} to logits [B, H, W, classes].

    `size` is each image's own height and width: what lies beyond is padding. `mean` and `std` are
    those of the channels, in 0..255, and count where no weights are read. H and W may be anything
    from 1 up, and differ between calls. Weights of VGG-16 without its dense layers leave fc6 and
    fc7 at their initial values.
    """
    inputs, maps = vgg16.backbone(config, mean=mean, std=std)
    scores = coarsest(maps["block5_pool"], config, classes)
    skip = scored(maps["block4_pool"], classes, "score_pool4")
    scores = fused(scores, skip, "upscore2")
    skip = scored(maps["block3_pool"], classes, "score_pool3")
    scores = fused(scores, skip, "upscore_pool4")
    logits = enlarged(scores, 8, maps["image"])

    return vgg16_weights.read(keras.Model(inputs, logits, name="fcn8s"), config)
