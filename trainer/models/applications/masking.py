"""Builds a network of keras.applications again, for images of any size in padded batches.

Layers are those of Keras, and their answers too, for an image whose sides are multiples of 32 (of
Xception, see networks.py). In three places they depend on a batch or on whether a size is even:

- Windows would look at other images' padding: before them, features there are set to zero. Global
  pooling inside a block (squeeze-and-excitation) leaves the padding out.
- Strided windows pad as many positions before odd sizes as before even ones, and sizes round up.
- Batch normalization has the statistics of its weights, or leaves padding out of new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import keras
from keras import layers

from trainer.models import geometry
from trainer.models.applications.layers import (
    GrowMask,
    MaskedMaxPooling2D,
    SlideMask,
    pad_window,
)
from trainer.models.backbones.affine import MaskedBatchNormalization
from trainer.models.layers import Map, MaskedPooling
from trainer.models.moves import Window

Normalization = Literal["frozen", "trained"]


def add_masks(
    named: Mapping[str, keras.Layer], image: Map, batch_norm: Normalization
) -> dict[str, Map]:
    """The layers of a network, by their new names, again on an image: their maps, by name.

    Raises ValueError for a layer whose effect on height and width is unknown.
    """
    found: dict[str, Map] = {}
    made: dict[int, Map] = {}
    for name, layer in named.items():
        if isinstance(layer, layers.InputLayer):
            found[name] = image
        else:
            inputs = [made[id(tensor)] for tensor in keras.tree.flatten(layer.input)]
            found[name] = place(layer, inputs, name, batch_norm)
        made[id(layer.output)] = found[name]
    return found


def place(layer: keras.Layer, inputs: list[Map], name: str, batch_norm: Normalization) -> Map:
    """A layer again, under the mask of its first input."""
    x, mask = inputs[0]
    if isinstance(layer, layers.BatchNormalization):
        return Map(normalize(layer, x, mask, name, batch_norm), mask)
    if isinstance(layer, layers.ZeroPadding2D):
        (before, after), _ = layer.padding
        # Keras pads ahead of a stride of 2: (0, 1) for even sizes. Odd ones need one more.
        return pad(inputs[0], (before, after if after == before else before + 2), name)
    if isinstance(layer, layers.GlobalAveragePooling2D):
        return Map(MaskedPooling("average", name=name)(x, mask), mask)
    if isinstance(layer, layers.Reshape) or x.shape[1:3] == (1, 1):
        return Map(copy(layer, name)(x), mask)  # A row of squeezed features.
    window, _ = geometry.find_moves(layer)
    if window == Window():
        together = [found.features for found in inputs]
        return Map(copy(layer, name)(together if len(together) > 1 else x), mask)
    return slide(layer, inputs[0], window, name)


def normalize(
    layer: layers.BatchNormalization,
    x: keras.KerasTensor,
    mask: keras.KerasTensor,
    name: str,
    batch_norm: Normalization,
) -> keras.KerasTensor:
    """Batch normalization by fixed statistics, or by those of the images without their padding."""
    if batch_norm == "frozen":
        return copy(layer, name)(x, training=False)
    return MaskedBatchNormalization.from_config({**layer.get_config(), "name": name})(x, mask)


def slide(layer: keras.Layer, found: Map, window: Window, name: str) -> Map:
    """A convolution or pooling."""
    kernel, stride, padding = window
    if isinstance(layer, layers.MaxPooling2D) and (padding or kernel == stride):
        x = MaskedMaxPooling2D(kernel, stride, padding="same", name=name)(*found)
        return Map(x, SlideMask(1, stride, name=f"{name}_mask")(found.mask))
    if padding and stride == 1:
        return Map(copy(layer, name)(zero_padding(found, name)), found.mask)
    if padding:
        found = pad(found, pad_window(kernel, stride), f"{name}_pad")
    x = copy(layer, name, padding="valid")(found.features)
    if kernel == stride == 1:
        return Map(x, found.mask)
    return Map(x, SlideMask(kernel, stride, name=f"{name}_mask")(found.mask))


def pad(found: Map, ends: tuple[int, int], name: str) -> Map:
    """Zeros before and after, which the mask counts as the image's own."""
    x = layers.ZeroPadding2D((ends, ends), name=name)(zero_padding(found, name))
    return Map(x, GrowMask((ends, ends), name=f"{name}_mask")(found.mask))


def zero_padding(found: Map, name: str) -> keras.KerasTensor:
    """The features, zero where they are not of the image."""
    return layers.Multiply(name=f"{name}_masked")([found.features, found.mask])


def copy(layer: keras.Layer, name: str, **values: Any) -> keras.Layer:
    """A new layer with the configuration of another one."""
    return type(layer).from_config({**layer.get_config(), "name": name, **values})
