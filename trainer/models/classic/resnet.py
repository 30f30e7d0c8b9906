"""ResNet-34 (He et al., arXiv:1512.03385), with squeeze-and-excitation as a variant.

The units are the textbook's: batch normalization follows each convolution, and the shortcut of a
unit that halves the map is a convolution of 1x1. Squeeze-and-excitation looks at the whole image.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.classic_config import ResNetConfig
from trainer.models.classic.blocks import Convolution, convolve, normalize_batch, pool, rectify
from trainer.models.inputs import build_inputs, normalize
from trainer.models.layers import Map, MaskedPooling

STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))  # Channels, and residual units.
RATIO = 16  # Channels of a map, to those of the squeezed layer.


def build(
    config: ResNetConfig, *, classes: int, mean: Sequence[float], std: Sequence[float]
) -> keras.Model:
    """Maps {"image": [B, H, W, C] in 0..255, "size": [B, 2]} to logits [B, classes].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are
    those of the channels, in 0..255. H and W may be anything from 1 up, and differ between calls.
    """
    inputs, mask = build_inputs(len(mean))
    x = Map(normalize(inputs["image"], mask, mean=mean, std=std), mask)
    stem = Convolution(scale_channels(64, config), 7, 2, bias=False)
    x = pool(rectify(convolve_normalized(x, stem, "stem"), "stem_relu"), "stem_pool")
    for stage, (channels, units) in enumerate(STAGES, start=1):
        for unit in range(1, units + 1):
            stride = 2 if stage > 1 and unit == 1 else 1
            x = add_unit(x, config, channels, f"stage{stage}_unit{unit}", stride=stride)
    pooled = MaskedPooling("average", name="pool")(x.features, x.mask)
    logits = layers.Dense(classes, dtype="float32", name="logits")(pooled)

    return keras.Model(inputs, logits, name=config.name)


def add_unit(before: Map, config: ResNetConfig, channels: int, name: str, *, stride: int) -> Map:
    """Two 3x3 convolutions around a shortcut; a stride of 2 halves both sides."""
    width = scale_channels(channels, config)
    first, second = (Convolution(width, 3, s, bias=False) for s in (stride, 1))
    x = rectify(convolve_normalized(before, first, f"{name}_conv1"), f"{name}_relu1")
    x = convolve_normalized(x, second, f"{name}_conv2")
    if config.name == "se_resnet34":
        x = excite(x, f"{name}_se")
    if stride == 2:
        shortcut = Convolution(width, 1, 2, bias=False)
        before = convolve_normalized(before, shortcut, f"{name}_shortcut")
    added = layers.Add(name=f"{name}_add")([before.features, x.features])
    return rectify(Map(added, x.mask), f"{name}_relu2")


def convolve_normalized(before: Map, shape: Convolution, name: str) -> Map:
    """A convolution and its batch normalization; not zero in the padding."""
    return normalize_batch(convolve(before, shape, name), f"{name}_norm")


def excite(before: Map, name: str) -> Map:
    """Each channel times a factor that the image's means decide (Hu et al., arXiv:1709.01507)."""
    channels = before.features.shape[-1]
    x = MaskedPooling("average", name=f"{name}_pool")(before.features, before.mask)
    x = layers.Dense(max(1, channels // RATIO), activation="relu", name=f"{name}_squeeze")(x)
    x = layers.Dense(channels, activation="sigmoid", name=f"{name}_excite")(x)
    factors = layers.Reshape((1, 1, channels), name=f"{name}_factors")(x)
    scaled = layers.Multiply(name=f"{name}_scale")([before.features, factors])
    return Map(scaled, before.mask)


def scale_channels(channels: int, config: ResNetConfig) -> int:
    """A layer's channels at the model's width."""
    return max(1, round(channels * config.width))
