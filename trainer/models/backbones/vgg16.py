"""The features of VGG-16 (Simonyan, Zisserman, arXiv:1409.1556), for images of any size.

Layers have the names of keras.applications.VGG16. Pooling rounds up, so that a single pixel is
enough; after each layer, features in the padding are set to zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from trainer.model_config import VGGConfig
from trainer.models.inputs import Inputs, build_inputs, normalize
from trainer.models.layers import HalveMask, Map

BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # Channels, and convolutions.
# The root mean square of ImageNet's features over 48 photographs of pets, of at most 224 pixels.
TYPICAL_VALUES = {
    "block2_conv2": 400.0,
    "block3_conv3": 440.0,
    "block3_pool": 640.0,
    "block4_conv3": 87.0,
    "block4_pool": 130.0,
    "block5_conv3": 9.2,
    "block5_pool": 13.0,
}
GROUPS = tuple(f"block{number}" for number in range(1, 6))


def build_backbone(
    config: VGGConfig, *, mean: Sequence[float], std: Sequence[float]
) -> tuple[Inputs, dict[str, Map]]:
    """The inputs, and the maps: "image", "block1_conv1" to "block5_pool", by the layers' names.

    The weights are the initial ones; vgg16_weights.py reads pretrained ones.
    """
    inputs, mask = build_inputs(len(mean))
    x = normalize_pixels(inputs["image"], mask, config, mean=mean, std=std)
    maps = {"image": Map(x, mask)}
    for block, (channels, depth) in enumerate(BLOCKS, start=1):
        for number in range(1, depth + 1):
            name = f"block{block}_conv{number}"
            x = convolve(x, mask, scale_channels(channels, config), 3, name)
            maps[name] = Map(x, mask)
        name = f"block{block}_pool"
        x = layers.MaxPooling2D(2, padding="same", name=name)(x)
        mask = HalveMask(name=f"{name}_mask")(mask)
        maps[name] = Map(x, mask)
    return inputs, maps


def normalize_pixels(
    image: keras.KerasTensor,
    mask: keras.KerasTensor,
    config: VGGConfig,
    *,
    mean: Sequence[float],
    std: Sequence[float],
) -> keras.KerasTensor:
    """The image, normalized as the weights need it: pretrained ones, or new ones."""
    if config.weights == "none":
        return normalize(image, mask, mean=mean, std=std)
    x = CaffePixels(dtype="float32", name="normalize")(image)
    return layers.Multiply(name="normalize_masked")([x, mask])


class CaffePixels(keras.layers.Layer):
    """RGB in 0..255 as VGG-16 was trained on it: BGR, less the channels' means over ImageNet."""

    MEAN = (103.939, 116.779, 123.68)  # Of blue, green, red.

    def call(self, image: keras.KerasTensor) -> keras.KerasTensor:
        """[B, H, W, 3] to the same."""
        return image[..., ::-1] - keras.ops.convert_to_tensor(self.MEAN, dtype=self.compute_dtype)


def convolve(
    x: keras.KerasTensor, mask: keras.KerasTensor, channels: int, kernel: int, name: str
) -> keras.KerasTensor:
    """A convolution and ReLU, with zeros in the padding."""
    x = layers.Conv2D(
        channels,
        kernel,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        name=name,
    )(x)
    return layers.Multiply(name=f"{name}_masked")([x, mask])


def scale_channels(channels: int, config: VGGConfig) -> int:
    """A layer's channels at the model's width."""
    return max(1, round(channels * config.width))
