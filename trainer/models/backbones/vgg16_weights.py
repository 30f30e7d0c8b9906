"""Reads VGG-16's weights into a model on its features: ImageNet's, or those of a file."""

from __future__ import annotations

import keras
from keras import layers

from trainer.model_config import VGGConfig
from trainer.models.backbones.availability import (
    WeightsUnavailableError,
    check_file,
    check_width,
)
from trainer.models.backbones.keras_file import load_weights
from trainer.models.backbones.vgg16 import BLOCKS, GROUPS, scale_channels
from trainer.models.split import find_group

ADDRESS = "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
FILES = {
    True: "vgg16_weights_tf_dim_ordering_tf_kernels.h5 (528 MB)",
    False: "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5 (56 MB)",
}  # By whether the file has the dense layers.
DENSE = {"fc6": "fc1", "fc7": "fc2"}  # Our convolutions, and the dense layers that they replace.
FIX = 'give a file of Keras\'s VGG-16 weights by model.weights=FILE, or model.weights="none"'


def read(model: keras.Model, config: VGGConfig) -> keras.Model:
    """Copies the weights of VGG-16's layers into the model, and freezes these if `frozen` is set.

    The convolutions fc6 and fc7 get those of the dense layers fc1 and fc2; they keep their initial
    weights if the file has none for these. Raises ValueError for a file that does not fit and for
    a width without ImageNet weights, WeightsUnavailableError if there is no file or no download.
    """
    if config.weights == "none":  # With `frozen`: a model of which only the shapes are needed.
        for layer in model.layers:
            if layer.name in DENSE or find_group(layer.name, GROUPS) is not None:
                layer.trainable = not config.frozen
        return model
    source = load_source(config, top=any(layer.name in DENSE for layer in model.layers))
    found = {layer.name: layer for layer in source.layers if layer.weights}
    for layer in model.layers:
        name = DENSE.get(layer.name, layer.name)
        if name in found:
            copy(found[name], layer)
            layer.trainable = not config.frozen
    return model


def copy(source: keras.Layer, layer: keras.Layer) -> None:
    """Copies weights into a layer of the same size.

    A dense kernel [H * W * C, D] becomes [H, W, C, D].
    """
    kernel, bias = source.get_weights()
    layer.set_weights([kernel.reshape(layer.kernel.shape), bias])


def load_source(config: VGGConfig, *, top: bool) -> keras.Model:
    """A VGG-16 with the weights; with its dense layers if `top` is set and the file has them."""
    check(config)
    return load_imagenet(top=top) if config.weights == "imagenet" else load_file(config, top=top)


def check(config: VGGConfig) -> None:
    """Raises what `read` raises, as far as that is known without reading the weights."""
    if config.weights == "imagenet":
        check_width(config.width, (1.0,), FIX)
    elif config.weights != "none":
        check_file(config.weights, FIX)


def load_imagenet(*, top: bool) -> keras.Model:
    """Keras's own, downloaded at first use."""
    try:
        return keras.applications.VGG16(include_top=top, weights="imagenet")
    except Exception as error:  # Keras raises nothing narrower when a download fails.
        raise WeightsUnavailableError(
            f'model.weights="imagenet": cannot download {FILES[top]} from {ADDRESS} ({error}). '
            f"Without the network, {FIX}."
        ) from error


def load_file(config: VGGConfig, *, top: bool) -> keras.Model:
    """A VGG-16 with a file's weights; first tries it with dense layers if `top` is set."""
    errors = []
    for with_top in (top, not top):
        source = build_keras_vgg16(config, top=with_top)
        try:
            load_weights(source, config.weights)
            return source
        except ValueError as error:
            errors.append(error)
    raise ValueError(
        f"model.weights={config.weights} cannot be read as Keras's VGG-16 weights of width "
        f"{config.width} ({errors[0]}): {FIX}."
    ) from errors[0]


def build_keras_vgg16(config: VGGConfig, *, top: bool) -> keras.Model:
    """keras.applications.VGG16 at the model's width, only for its weights."""
    x = image = keras.Input((224, 224, 3))
    for block, (channels, depth) in enumerate(BLOCKS, start=1):
        for number in range(1, depth + 1):
            name = f"block{block}_conv{number}"
            filters = scale_channels(channels, config)
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    if top:
        x = layers.Flatten(name="flatten")(x)
        for name in DENSE.values():
            x = layers.Dense(scale_channels(4096, config), activation="relu", name=name)(x)
        x = layers.Dense(1000, name="predictions")(x)
    return keras.Model(image, x, name="vgg16")
