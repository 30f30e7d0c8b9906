"""VGG-16's features, enlarged to the image's size by learned transposed convolutions.

As in the tutorials' decoders, features of VGG-16 of the same size are added on the way; with
`refine`, a convolution follows each transposed one. Pretrained features are scaled to about 1:
those of stride 4 are fifty times as large as those of stride 16, which would be lost in the sum.
Raises what trainer/models/backbones/vgg16_weights.py raises.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.model_config import VGGConfig
from trainer.models.backbones import vgg16, vgg16_weights
from trainer.models.backbones.vgg16 import TYPICAL_VALUES, convolve, scale_channels
from trainer.models.layers import Map, divide
from trainer.models.upsampling import MaskedCrop

ADDED = (("block5_conv3", 512), ("block4_conv3", 512), ("block3_conv3", 256))
LARGER = (
    ("block2_conv2", 128),
    ("block1_conv2", 64),
)  # Enlarged to the size of these, which are not added.


def build(
    config: VGGConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, H, W, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255, used if no weights are read. H and W may be anything
    from 1 up, and differ between calls. Dropout is between VGG-16 and the decoder.
    """
    inputs, maps = vgg16.build_backbone(config, mean=mean, std=std)
    maps = divide(maps, TYPICAL_VALUES, config.weights)
    x = layers.Dropout(config.dropout, name="dropout")(maps["block5_pool"].features)
    for name, channels in (*ADDED, *LARGER):
        x = upsample(x, maps[name], scale_channels(channels, config), f"up_{name}")
        if config.refine:
            x = convolve(x, maps[name].mask, x.shape[-1], 3, f"refine_{name}")
        if (name, channels) in ADDED:
            x = layers.Add(name=f"add_{name}")([x, maps[name].features])
    x = layers.Conv2D(classes, 1, kernel_initializer="zeros", name="scores")(x)
    logits = layers.Multiply(dtype="float32", name="logits")([x, maps["image"].mask])
    return vgg16_weights.read(keras.Model(inputs, logits, name="vgg16_deconv"), config)


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
