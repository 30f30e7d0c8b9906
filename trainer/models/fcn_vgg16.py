"""FCN-8s, FCN-16s and FCN-32s: class scores of VGG-16's features, from coarse to fine.

Long, Shelhamer, Darrell (arXiv:1411.4038); layers have the names of their Caffe models. Unlike
there, fc6 pads its input instead of padding the image by 100 pixels: maps then lie over the image
without an offset, and images may have any size. Pretrained features of strides 8 and 16 are divided
by their typical values. FCN-8s "at once" multiplies them by constants, too, but by 0.0001 and 0.01
(arXiv:1605.06211).
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.model_config import VGGConfig
from trainer.models.backbones import vgg16, vgg16_weights
from trainer.models.backbones.vgg16 import TYPICAL_VALUES, convolve, scale_channels
from trainer.models.layers import Map, divide
from trainer.models.upsampling import BilinearUpsampling

# Finer features, the layer that scores them, and the layer that enlarges coarser scores to them.
POOL4 = ("block4_pool", "score_pool4", "upscore2")  # Stride 16.
POOL3 = ("block3_pool", "score_pool3", "upscore_pool4")  # Stride 8.
SKIPS = {"fcn32s": (), "fcn16s": (POOL4,), "fcn8s": (POOL4, POOL3)}


def build(
    config: VGGConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, H, W, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are those of
    the channels, in 0..255; they are used if no weights are read. H and W may be anything from 1
    up, and differ between calls. Weights of VGG-16 without its dense layers leave fc6 and fc7 at
    their initial values. Raises what trainer/models/backbones/vgg16_weights.py raises.
    """
    inputs, maps = vgg16.build_backbone(config, mean=mean, std=std)
    scores, stride = score_coarsest(maps["block5_pool"], config, classes), 32
    finer = divide(maps, TYPICAL_VALUES, config.weights)
    for features, score, upscore in SKIPS[config.name]:
        fine = score_features(finer[features], classes, score)
        scores, stride = fuse(scores, fine, upscore), stride // 2
    logits = enlarge(scores, stride, maps["image"])

    return vgg16_weights.read(keras.Model(inputs, logits, name=config.name), config)


def score_coarsest(pool5: Map, config: VGGConfig, classes: int) -> Map:
    """Scores of stride 32: VGG's dense layers as convolutions of 7x7 and 1x1, then the classes."""
    x, mask = pool5
    for name, kernel in (("fc6", 7), ("fc7", 1)):
        x = convolve(x, mask, scale_channels(4096, config), kernel, name)
        x = layers.Dropout(config.dropout, name=f"{name}_dropout")(x)
    return score_features(Map(x, mask), classes, "score_fr")


def score_features(features: Map, classes: int, name: str) -> Map:
    """A 1x1 convolution that starts at zero."""
    x = layers.Conv2D(classes, 1, kernel_initializer="zeros", name=name)(features.features)
    return Map(layers.Multiply(name=f"{name}_masked")([x, features.mask]), features.mask)


def fuse(coarse: Map, fine: Map, name: str) -> Map:
    """Scores enlarged to twice their size by a learned transposed convolution, plus finer ones."""
    x = BilinearUpsampling(2, name=name)(coarse.features, coarse.mask, fine.mask)
    return Map(layers.Add(name=f"{name}_fused")([x, fine.features]), fine.mask)


def enlarge(scores: Map, factor: int, image: Map) -> keras.KerasTensor:
    """The logits: scores at the image's size, interpolated by a kernel that is not learned."""
    layer = BilinearUpsampling(factor, trainable=False, dtype="float32", name="logits")
    return layer(scores.features, scores.mask, image.mask)
