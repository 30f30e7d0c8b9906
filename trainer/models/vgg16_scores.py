"""Class scores on VGG-16's features: the parts of fcn8s, fcn16s and fcn32s.

Long, Shelhamer, Darrell (arXiv:1411.4038), whose Caffe names the layers bear. Unlike theirs, fc6
pads its input rather than the image by 100 pixels: maps then lie over the image without an offset,
and images may be of any size.
"""

from __future__ import annotations

from keras import layers

from trainer.config import VGGConfig
from trainer.models.upsampling import BilinearUpsampling
from trainer.models.vgg16 import Map, convolved, scaled


def coarsest(pool5: Map, config: VGGConfig, classes: int) -> Map:
    """Scores of stride 32: VGG's dense layers as convolutions of 7x7 and 1x1, then the classes."""
    x, mask = pool5
    for name, kernel in (("fc6", 7), ("fc7", 1)):
        x = convolved(x, mask, scaled(4096, config), kernel, name)
        x = layers.Dropout(config.dropout, name=f"{name}_dropout")(x)
    return scored(Map(x, mask), classes, "score_fr")


def scored(features: Map, classes: int, name: str) -> Map:
    """A 1x1 convolution that starts at zero."""
    x = layers.Conv2D(classes, 1, kernel_initializer="zeros", name=name)(features.features)
    return Map(layers.Multiply(name=f"{name}_masked")([x, features.mask]), features.mask)


def fused(coarse: Map, fine: Map, name: str) -> Map:
    """Scores brought to twice their size by a learned transposed convolution, and finer ones."""
    x = BilinearUpsampling(2, name=name)(coarse.features, coarse.mask, fine.mask)
    return Map(layers.Add(name=f"{name}_fused")([x, fine.features]), fine.mask)


def enlarged(scores: Map, factor: int, image: Map):
    """The logits: scores at the image's size, interpolated by a kernel that stays as it is."""
    layer = BilinearUpsampling(factor, trainable=False, name="logits")
    return layer(scores.features, scores.mask, image.mask)
