"""Builds a network of keras.applications again, for images of any size in padded batches.

Layers are those of Keras, and their answers too, for an image whose sides are multiples of 32 (of
Xception, see networks.py). In three places they depend on a batch or on whether a size is even:

- Windows would look at other images' padding: before them, features there are set to zero. Global
  pooling inside a block (squeeze-and-excitation) leaves the padding out.
- Strided windows pad as many positions before odd sizes as before even ones, and sizes round up.
- Batch normalization has the statistics of its weights, and is then part of the convolution before
  it; or it learns new ones without the padding.
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
from trainer.models.backbones.affine import (
    AffineConv2D,
    AffineDepthwiseConv2D,
    AffineSeparableConv2D,
    MaskedBatchNormalization,
)
from trainer.models.layers import Map, MaskedPooling
from trainer.models.split import list_inputs

Normalization = Literal["frozen", "trained"]
AFFINE: dict[type[keras.Layer], type[keras.Layer]] = {
    layers.Conv2D: AffineConv2D,
    layers.DepthwiseConv2D: AffineDepthwiseConv2D,
    layers.SeparableConv2D: AffineSeparableConv2D,
}  # Convolutions, and what they are with a factor and an offset.
SLIDING = (*AFFINE, layers.MaxPooling2D)


def add_masks(
    named: Mapping[str, keras.Layer], image: Map, batch_norm: Normalization
) -> dict[str, Map]:
    """The layers of a network, by their new names, again on an image: their maps, by name.

    Raises ValueError for a layer of a kind that has no rule here or in geometry.py.
    """
    pairs = find_pairs(named, batch_norm)
    absorbed = set(pairs.values())
    found: dict[str, Map] = {}
    made: dict[int, Map] = {}
    for name, layer in named.items():
        inputs = [made[id(tensor)] for tensor in list_inputs(layer)]
        if not inputs:
            found[name] = image
        elif name in absorbed:
            found[name] = inputs[0]
        else:
            found[name] = place(
                add_factor(layer) if name in pairs else layer, inputs, name, batch_norm
            )
        made[id(layer.output)] = found[name]
    return found


def find_pairs(named: Mapping[str, keras.Layer], batch_norm: Normalization) -> dict[str, str]:
    """By the name of a convolution, that of the frozen normalization which alone reads it."""
    if batch_norm == "trained":
        return {}
    readers: dict[int, list[str]] = {}
    for name, layer in named.items():
        for tensor in list_inputs(layer):
            readers.setdefault(id(tensor), []).append(name)
    return {
        name: reader
        for name, layer in named.items()
        if type(layer) in AFFINE
        for reader in readers.get(id(layer.output), ())
        if isinstance(named[reader], layers.BatchNormalization)
        and len(readers[id(layer.output)]) == 1
    }


def add_factor(layer: keras.Layer) -> keras.Layer:
    """The convolution with a factor and an offset for each channel."""
    return AFFINE[type(layer)].from_config({**read_config(layer), "use_bias": True})


def place(layer: keras.Layer, inputs: list[Map], name: str, batch_norm: Normalization) -> Map:
    """A layer again, under the mask of its first input."""
    x, mask = inputs[0]
    if isinstance(layer, layers.BatchNormalization):
        return Map(normalize(layer, inputs[0], name, batch_norm), mask)
    if isinstance(layer, layers.ZeroPadding2D):
        (before, after), _ = layer.padding
        # Keras pads ahead of a stride of 2: (0, 1) for even sizes. Odd ones need one more.
        return pad(inputs[0], (before, after if after == before else before + 2), name)
    if isinstance(layer, layers.GlobalAveragePooling2D):
        return Map(MaskedPooling("average", name=name)(x, mask), mask)
    if isinstance(layer, layers.Reshape) or geometry.is_squeezed(x):
        return Map(copy(layer, name)(x), mask)  # A row of squeezed features.
    if isinstance(layer, SLIDING):
        return slide(layer, inputs[0], name)
    if isinstance(layer, geometry.POINTWISE):
        together = [found.features for found in inputs]
        return Map(copy(layer, name)(together if len(together) > 1 else x), mask)
    raise ValueError(
        f"Layer {layer.name!r} is a {type(layer).__name__}, for which no mask is known: "
        f"add it to place in {__name__}."
    )


def normalize(
    layer: layers.BatchNormalization, found: Map, name: str, batch_norm: Normalization
) -> keras.KerasTensor:
    """Batch normalization by fixed statistics, or by those of the images without their padding."""
    x, mask = found
    if batch_norm == "frozen":
        return copy(layer, name)(x, training=False)
    return MaskedBatchNormalization.from_config({**read_config(layer), "name": name})(x, mask)


def slide(layer: keras.Layer, found: Map, name: str) -> Map:
    """A convolution or pooling."""
    window, _ = geometry.find_moves(layer)
    kernel, stride, padding, _ = window
    if isinstance(layer, layers.MaxPooling2D) and (padding or kernel == stride):
        x = MaskedMaxPooling2D(kernel, stride, padding="same", name=name)(*found)
        return Map(x, SlideMask(1, stride, name=f"{name}_mask")(found.mask))
    if kernel == stride == 1:
        return Map(copy(layer, name)(found.features), found.mask)
    if padding and stride == 1:
        return Map(copy(layer, name)(zero_padding(found, name)), found.mask)
    if padding:
        found = pad(found, pad_window(kernel, stride), f"{name}_pad")
    x = copy(layer, name, padding="valid")(found.features)
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
    return type(layer).from_config({**read_config(layer), "name": name, **values})


def read_config(layer: keras.Layer) -> dict[str, Any]:
    """A layer's configuration, without its precision: a new layer has that of its model."""
    return {name: value for name, value in layer.get_config().items() if name != "dtype"}
