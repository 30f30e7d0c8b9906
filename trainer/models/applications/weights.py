"""Networks as Keras builds them, with the weights that an experiment names."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from trainer.models.applications.masking import find_pairs
from trainer.models.applications.networks import NETWORKS, Config, name_layers
from trainer.models.backbones.availability import (
    WeightsUnavailableError,
    check_file,
    check_width,
)
from trainer.models.backbones.keras_file import load_weights
from trainer.precision import use_precision

Array = NDArray[Any]

FIX = 'give a file of Keras\'s weights by model.weights=FILE, or model.weights="none"'


def load_source(config: Config) -> keras.Model:
    """Keras's network without its classes, with the weights of the experiment, for any size.

    Raises ValueError for a file that does not fit and for a width without ImageNet weights,
    WeightsUnavailableError if there is no file, or ImageNet's weights cannot be downloaded.
    """
    if config.weights == "none":
        with keras.StatelessScope(initialize_variables=False):  # Only its shapes are needed.
            return build_source(config)
    check(config)
    return load_imagenet(config) if config.weights == "imagenet" else load_file(config)


def check(config: Config) -> None:
    """Raises what `load_source` raises, as far as that is known without reading the weights."""
    if config.weights == "imagenet":
        check_width(config.width, NETWORKS[config.backbone].alphas or (1.0,), FIX)
    elif config.weights != "none":
        check_file(config.weights, FIX)


def read(model: keras.Model, source: keras.Model, config: Config) -> keras.Model:
    """Copies the source's weights into the model's layers of the same names."""
    if config.weights != "none":
        named = name_layers(source, NETWORKS[config.backbone])
        pairs = find_pairs(named, config.batch_norm)
        for layer in model.layers:
            if layer.name in pairs:
                layer.set_weights(fold(named[layer.name], named[pairs[layer.name]]))
            elif layer.name in named:
                layer.set_weights(named[layer.name].get_weights())
    return model


def fold(layer: keras.Layer, normalization: layers.BatchNormalization) -> list[Array]:
    """A convolution's kernels, and its offset and factor of normalization by fixed statistics."""
    kernels, bias = layer.get_weights(), 0.0
    if layer.use_bias:
        *kernels, bias = kernels
    gamma, beta, mean, variance = normalization.get_weights()
    scale = gamma / np.sqrt(variance + normalization.epsilon)
    return [*kernels, beta + (bias - mean) * scale, scale]


def load_imagenet(config: Config) -> keras.Model:
    """Keras's own, downloaded at first use; Keras checks the hash of all but MobileNetV2's."""
    return download(config, include_top=False, input_shape=(224, 224, 3))


def download(config: Config, **values: Any) -> keras.Model:
    """The network with ImageNet's weights. Raises WeightsUnavailableError."""
    try:
        return call_keras(config, weights="imagenet", **values)
    except Exception as error:  # Keras raises nothing narrower when a download fails.
        raise WeightsUnavailableError(
            f'model.weights="imagenet": Keras cannot read or download those of {config.backbone} '
            f"({error}). Without the network, {FIX}."
        ) from error


def load_file(config: Config) -> keras.Model:
    """The network with the weights of a file, which may contain those of its classes too."""
    source = build_source(config)
    try:
        load_weights(source, config.weights)
    except ValueError as error:
        whole = build_source(config, top=True)
        try:
            load_weights(whole, config.weights)
        except ValueError:
            raise ValueError(
                f"model.weights={config.weights} cannot be read as Keras's {config.backbone} "
                f"weights of width {config.width} ({error}): {FIX}."
            ) from error
        for layer, filled in zip(source.layers, whole.layers, strict=False):
            layer.set_weights(filled.get_weights())
    return source


def build_source(config: Config, *, top: bool = False) -> keras.Model:
    """Keras's network at the model's width, with initial weights."""
    shape = (224, 224, 3) if top else (None, None, 3)
    values: dict[str, Any] = {"include_top": top, "weights": None, "input_shape": shape}
    if config.width == 1 or NETWORKS[config.backbone].alphas:
        return call_keras(config, **values)
    with keras.StatelessScope(initialize_variables=False):  # Only its layers are needed.
        full = call_keras(config, **values)
    with use_precision("float32"):
        return keras.models.clone_model(full, clone_function=lambda layer: narrow(layer, config))


def call_keras(config: Config, **values: Any) -> keras.Model:
    """The function of keras.applications, with a network's own options."""
    network = NETWORKS[config.backbone]
    alpha = {"alpha": config.width} if network.alphas else {}
    with use_precision("float32"):  # In 16 bits, a cast would be between its layers.
        return network.function(**network.options, **alpha, **values)


def narrow(layer: keras.Layer, config: Config) -> keras.Layer:
    """A new layer whose output has fewer channels."""
    values = layer.get_config()
    if "filters" in values:
        values["filters"] = max(1, round(values["filters"] * config.width))
    if isinstance(layer, layers.Reshape):
        values["target_shape"] = (1, 1, -1)
    return type(layer).from_config(values)


def load_classes(config: Config) -> list[Array]:
    """The kernel [channels, 1000] and the offsets [1000] by which the network names an image.

    Raises ValueError for a file that does not contain them, WeightsUnavailableError if there is no
    file, or ImageNet's weights cannot be downloaded.
    """
    if config.weights == "imagenet":
        whole = download(config, include_top=True)
    else:
        check(config)
        whole = build_source(config, top=True)
        try:
            load_weights(whole, config.weights)
        except ValueError as error:
            raise ValueError(
                f"model.weights={config.weights} cannot be read as Keras's {config.backbone} "
                f"weights with the classes of ImageNet ({error}): give such a file."
            ) from error
    *_, last = (layer for layer in whole.layers if isinstance(layer, layers.Dense))
    return last.get_weights()
