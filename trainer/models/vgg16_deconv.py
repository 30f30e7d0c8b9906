"""VGG-16's features, enlarged to the image's size by learned transposed convolutions.

As in the tutorials' decoders, features of VGG-16 of the same size are added on the way; with
`refine`, a convolution follows each transposed one. With `widths`, the decoder is narrower than
VGG-16, and 1x1 convolutions bring the features to its width before they are added. Pretrained
features are scaled to about 1: those of stride 4 are fifty times as large as those of stride 16,
which would be lost in the sum. Raises what trainer/models/backbones/vgg16_weights.py raises.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.model_config import VGGConfig
from trainer.models.backbones import vgg16, vgg16_weights
from trainer.models.backbones.vgg16 import TYPICAL_VALUES, scale_channels
from trainer.models.layers import Map, MaskedReLU, StandardizedConv2D, divide
from trainer.models.upsampling import MaskedCrop

# Each map is enlarged to the size of the next of these; features of the first three are added.
SIZES = ("block5_conv3", "block4_conv3", "block3_conv3", "block2_conv2", "block1_conv2")
ADDED = SIZES[:3]
CHANNELS = (512, 512, 256, 128, 64)  # Of these layers.


def build(
    config: VGGConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, H, W, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255, used if no weights are read. H and W may be anything
    from 1 up, and differ between calls. Dropout is of whole channels, before the decoder.
    """
    inputs, maps = vgg16.build_backbone(config, mean=mean, std=std)
    maps = divide(maps, TYPICAL_VALUES, config.weights)
    x = layers.SpatialDropout2D(config.dropout, name="dropout")(maps["block5_pool"].features)
    for name, width in zip(SIZES, find_widths(config), strict=True):
        x = upsample(x, maps[name], width, f"up_{name}")
        if config.refine:
            x = refine(x, maps[name], f"refine_{name}")
        if name in ADDED:
            fine = narrow(maps[name], width, f"narrow_{name}") if config.widths else maps[name]
            x = layers.Add(name=f"add_{name}")([x, fine.features])
    x = layers.Conv2D(classes, 1, kernel_initializer="zeros", name="scores")(x)
    logits = layers.Multiply(dtype="float32", name="logits")([x, maps["image"].mask])
    return vgg16_weights.read(keras.Model(inputs, logits, name="vgg16_deconv"), config)


def find_widths(config: VGGConfig) -> Sequence[int]:
    """The decoder's channels at the sizes of SIZES, from stride 16 to stride 1."""
    return config.widths[::-1] or [scale_channels(channels, config) for channels in CHANNELS]


def refine(x: keras.KerasTensor, fine: Map, name: str) -> keras.KerasTensor:
    """A 3x3 convolution and ReLU, with as many channels."""
    x = StandardizedConv2D(x.shape[-1], 3, padding="same", name=name)(x)
    return MaskedReLU(name=f"{name}_relu")(x, fine.mask)


def narrow(fine: Map, width: int, name: str) -> Map:
    """The features, brought to this width by a 1x1 convolution."""
    x = StandardizedConv2D(width, 1, name=name)(fine.features)
    return Map(layers.Multiply(name=f"{name}_masked")([x, fine.mask]), fine.mask)


def upsample(x: keras.KerasTensor, fine: Map, channels: int, name: str) -> keras.KerasTensor:
    """A transposed convolution of stride 2 and ReLU, as large as a finer map."""
    x = layers.Conv2DTranspose(
        channels,
        3,
        strides=2,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        name=name,
    )(x)
    return MaskedCrop(name=f"{name}_masked")(x, fine.mask)
