"""The networks of keras.applications that models use: their pixels, layers and strides.

Sandler et al. (arXiv:1801.04381), He et al. (arXiv:1512.03385, arXiv:1603.05027), Chollet
(arXiv:1610.02357), Simonyan and Zisserman (arXiv:1409.1556), Tan and Le (arXiv:2104.00298).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras
from keras import layers

from trainer.model_config import ApplicationConfig, UNetApplicationConfig
from trainer.models.applications.masking import add_masks, pad
from trainer.models.backbones.vgg16 import GROUPS as VGG16
from trainer.models.backbones.vgg16 import TYPICAL_VALUES, CaffePixels
from trainer.models.inputs import Inputs, build_inputs, normalize
from trainer.models.layers import Map

Config = ApplicationConfig | UNetApplicationConfig


class Network(NamedTuple):
    """A function of keras.applications, and the names of its layers."""

    function: Callable[..., keras.Model]
    pixels: Callable[[], keras.Layer]  # From RGB in 0..255 to what the network was trained on.
    skips: tuple[str, str, str, str]  # The last maps of strides 2, 4, 8 and 16.
    groups: tuple[str, ...]  # How the names of its layers begin, from the image on.
    end: str  # The last map of stride 32 for a decoder, which has no use for more channels.
    names: Mapping[str, tuple[str, ...]] = {}  # Our names for the layers that Keras numbers.
    border: int = 0  # Pixels of zeros around the image, which unpadded convolutions cut off.
    options: Mapping[str, Any] = {}
    # Root mean squares of ImageNet's features, which they are divided by. Empty: no division.
    typical_values: Mapping[str, float] = {}
    alphas: tuple[float, ...] = ()  # Widths of ImageNet's weights, if Keras scales it itself.


def build_backbone(
    config: Config, source: keras.Model, *, mean: Sequence[float], std: Sequence[float]
) -> tuple[Inputs, dict[str, Map]]:
    """The inputs, and the maps of the source's layers by name; "image" is that of the pixels.

    `mean` and `std` are those of the channels, in 0..255; they are used if no weights are read:
    pretrained networks have their own. The weights are initial ones, see weights.py.
    """
    inputs, mask = build_inputs(len(mean))
    network = NETWORKS[config.backbone]
    x = normalize_pixels(inputs["image"], mask, config, mean=mean, std=std)
    image = bordered = Map(x, mask)
    if network.border:
        bordered = pad(image, (network.border, network.border), "image_pad")
    maps = add_masks(name_layers(source, network), bordered, config.batch_norm)
    return inputs, {"image": image, **maps}


def normalize_pixels(
    image: keras.KerasTensor,
    mask: keras.KerasTensor,
    config: Config,
    *,
    mean: Sequence[float],
    std: Sequence[float],
) -> keras.KerasTensor:
    """The image, normalized as the weights need it: pretrained ones, or new ones."""
    if config.weights == "none":
        return normalize(image, mask, mean=mean, std=std)
    x = NETWORKS[config.backbone].pixels()(image)
    return layers.Multiply(name="normalize_masked")([x, mask])


def name_layers(source: keras.Model, network: Network) -> dict[str, keras.Layer]:
    """The layers by names that do not depend on what else was built in this process."""
    seen: Counter[str] = Counter()
    named: dict[str, keras.Layer] = {}
    for layer in source.layers:
        kind = re.sub(r"_\d+$", "", layer.name)
        name = network.names[kind][seen[kind]] if kind in network.names else layer.name
        seen[kind] += 1
        named[name] = layer
    return named


def scale_to_1() -> keras.Layer:
    """Pixels in -1..1."""
    return layers.Rescaling(1 / 127.5, offset=-1, dtype="float32", name="normalize")


def subtract_caffe_means() -> keras.Layer:
    """BGR, less the channels' means over ImageNet."""
    return CaffePixels(dtype="float32", name="normalize")


def standardize_imagenet() -> keras.Layer:
    """Channels of mean 0 and variance 1 over ImageNet."""
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    return layers.Normalization(
        mean=[255 * value for value in mean],
        variance=[(255 * value) ** 2 for value in std],
        dtype="float32",
        name="normalize",
    )


def list_blocks(*lengths: int) -> tuple[str, ...]:
    """ResNet's blocks: "conv2_block1" and so on."""
    return tuple(
        f"conv{stage}_block{block}"
        for stage, length in enumerate(lengths, start=2)
        for block in range(1, length + 1)
    )


XCEPTION_SHORTCUTS = (2, 3, 4, 13)  # Blocks whose shortcut is a convolution.
NETWORKS = {
    "mobilenet_v2": Network(
        function=keras.applications.MobileNetV2,
        pixels=scale_to_1,
        skips=("expanded_conv_project_BN", "block_2_add", "block_5_add", "block_12_add"),
        groups=("Conv1", "expanded_conv", *(f"block_{n}" for n in range(1, 17)), "Conv_1"),
        end="block_16_project_BN",
        names={"bn_Conv1": ("Conv1_bn",)},
        alphas=(0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
    ),
    "resnet50": Network(
        function=keras.applications.ResNet50,
        pixels=subtract_caffe_means,
        skips=("conv1_relu", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out"),
        groups=("conv1", *list_blocks(3, 4, 6, 3)),
        end="conv5_block3_out",
    ),
    "resnet50_v2": Network(
        function=keras.applications.ResNet50V2,
        pixels=scale_to_1,
        skips=(
            "conv1_conv",
            "conv2_block3_preact_relu",
            "conv3_block4_preact_relu",
            "conv4_block6_preact_relu",
        ),
        groups=("conv1", *list_blocks(3, 4, 6, 3), "post"),
        end="post_relu",
        names={
            "max_pooling2d": tuple(
                f"{block}_0_pool" for block in ("conv2_block3", "conv3_block4", "conv4_block6")
            )
        },
    ),
    "xception": Network(
        function=keras.applications.Xception,
        pixels=scale_to_1,
        skips=("block1_conv2_act", "block2_add", "block3_add", "block12_add"),
        groups=tuple(f"block{n}" for n in range(1, 15)),
        end="block14_sepconv2_act",
        names={
            "conv2d": tuple(f"block{n}_shortcut_conv" for n in XCEPTION_SHORTCUTS),
            "batch_normalization": tuple(f"block{n}_shortcut_bn" for n in XCEPTION_SHORTCUTS),
            "add": tuple(f"block{n}_add" for n in range(2, 14)),
        },
        border=3,
    ),
    "vgg16": Network(
        function=keras.applications.VGG16,
        pixels=subtract_caffe_means,
        skips=("block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3"),
        groups=VGG16,
        end="block5_pool",
        typical_values=TYPICAL_VALUES,
    ),
    "efficientnet_v2_b0": Network(
        function=keras.applications.EfficientNetV2B0,
        pixels=standardize_imagenet,
        skips=("block1a_project_activation", "block2b_add", "block3b_add", "block5e_add"),
        groups=(
            "stem",
            *(
                f"block{stage}{letter}"
                for stage, letters in enumerate(("a", "ab", "ab", "abc", "abcde", "abcdefgh"), 1)
                for letter in letters
            ),
            "top",
        ),
        end="block6h_add",
        options={"include_preprocessing": False},
    ),
}
