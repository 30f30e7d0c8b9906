"""Layers that ignore padding, so that an image's scores do not depend on its batch.

A batch of unequal images is padded at the bottom and on the right. A mask [B, H, W, 1] of ones
(image) and zeros (padding) goes with the features. Features are zero where the mask is zero, as
they are outside an image that is alone in its batch.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
from keras import ops

Shape = tuple[int | None, ...]  # None: any size.


class Map(NamedTuple):
    """Features [B, H, W, C], and their mask [B, H, W, 1]."""

    features: keras.KerasTensor
    mask: keras.KerasTensor


def divide(
    maps: Mapping[str, Map], typical_values: Mapping[str, float], weights: str
) -> dict[str, Map]:
    """The maps by the layers' names; pretrained ones are divided by their typical values, if known.

    FCN-8s "at once" multiplies its streams by constants, too (Shelhamer, Long, Darrell,
    arXiv:1605.06211): where maps of different sizes are joined, the largest values hide the others.
    """
    if weights == "none":
        return dict(maps)
    return {**maps, **{name: _divide(name, maps[name], by) for name, by in typical_values.items()}}


def _divide(name: str, found: Map, by: float) -> Map:
    layer = keras.layers.Rescaling(1 / by, name=f"{name}_scaled")
    return Map(layer(found.features), found.mask)


class SizeMask(keras.layers.Layer):
    """Sizes [B, 2] of the images (height, width) in a batch [B, H, W, C]: a mask [B, H, W, 1]."""

    def call(self, image: keras.KerasTensor, size: keras.KerasTensor) -> keras.KerasTensor:
        """One where a pixel belongs to the image, zero in its padding."""
        height, width = ops.shape(image)[1], ops.shape(image)[2]
        rows = ops.arange(height, dtype="int32")[None, :] < size[:, :1]
        columns = ops.arange(width, dtype="int32")[None, :] < size[:, 1:]
        mask = ops.logical_and(rows[:, :, None], columns[:, None, :])
        return ops.cast(mask[..., None], self.compute_dtype)

    def compute_output_shape(self, image_shape: Shape, size_shape: Shape) -> Shape:
        """[B, H, W, 1]."""
        return (*image_shape[:3], 1)


class HalveMask(keras.layers.Layer):
    """The mask of features after a stride of 2: [B, ceil(H/2), ceil(W/2), 1]."""

    def call(self, valid: keras.KerasTensor) -> keras.KerasTensor:
        """Every second position; the first one always belongs to the image."""
        return valid[:, ::2, ::2]


def pad_to_halve(before: Map, kernel: int, name: str) -> Map:
    """Features padded for windows of stride 2, and the mask of the windows' positions.

    Windows are where TensorFlow's "same" puts them for even sizes. For odd sizes that one would pad
    one more before, and an image would have other windows alone than in a padded batch.
    """
    before_first = max(0, (kernel - 2) // 2)
    ends = (before_first, kernel - 1 - before_first)
    x = keras.layers.ZeroPadding2D((ends, ends), name=f"{name}_pad")(before.features)
    return Map(x, HalveMask(name=f"{name}_mask")(before.mask))


class MaskedPooling(keras.layers.Layer):
    """Average or maximum over each image's own positions: [B, H, W, C] to [B, C].

    It computes in float32 in mixed precision too: sums over a map are too large for less.
    """

    def __init__(self, pooling: str, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        if pooling not in ("average", "max"):
            raise ValueError(f"pooling is {pooling!r}: use 'average' or 'max'.")
        self.pooling = pooling

    def call(self, features: keras.KerasTensor, valid: keras.KerasTensor) -> keras.KerasTensor:
        """Counts the positions where the mask is one, also if a feature is zero there."""
        if self.pooling == "max":
            return ops.max(ops.where(valid > 0, features, -1e9), axis=(1, 2))
        return ops.sum(features * valid, axis=(1, 2)) / ops.sum(valid, axis=(1, 2))

    def compute_output_shape(self, features_shape: Shape, valid_shape: Shape) -> Shape:
        """[B, C]."""
        return (features_shape[0], features_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "pooling": self.pooling}


class MaskedReLU(keras.layers.Layer):
    """ReLU that keeps the variance of a standard normal input, and sets padding to zero.

    The factor is that of Brock, De, Smith (arXiv:2101.08692), section 3.
    """

    GAIN = (2 / (1 - 1 / math.pi)) ** 0.5

    def call(self, features: keras.KerasTensor, valid: keras.KerasTensor) -> keras.KerasTensor:
        """Positive parts [B, H, W, C], with a mask [B, H, W, 1]."""
        return ops.relu(features) * (valid * self.GAIN)

    def compute_output_shape(self, features_shape: Shape, valid_shape: Shape) -> Shape:
        """That of the features."""
        return features_shape


class MaskedReLU6(keras.layers.Layer):
    """ReLU that ends at 6 (Howard et al., arXiv:1704.04861), and sets padding to zero."""

    def call(self, features: keras.KerasTensor, valid: keras.KerasTensor) -> keras.KerasTensor:
        """Values [B, H, W, C] cut to 0..6, with a mask [B, H, W, 1]."""
        return ops.relu6(features) * valid

    def compute_output_shape(self, features_shape: Shape, valid_shape: Shape) -> Shape:
        """That of the features."""
        return features_shape


class ComputedKernel:
    """Part of a convolution layer: its `kernel` is a weight, and is not used as it is.

    In mixed precision the kernel is computed in float32, then cast.
    """

    kernel: keras.Variable
    compute_dtype: str

    def __init__(self, *args: Any, is_fixed: bool = False, **kwargs: Any) -> None:
        """The arguments of the convolution; `is_fixed` says that the weight is used as it is."""
        super().__init__(*args, **kwargs)
        self.is_fixed = is_fixed

    def add_weight(self, *args: Any, **kwargs: Any) -> keras.Variable:
        """A weight; only the bias is cast when it is read, since it is added to the maps."""
        cast = kwargs.get("name") == "bias"
        return super().add_weight(*args, **{**kwargs, "autocast": cast})  # type: ignore[misc]

    @abstractmethod
    def compute_kernel(self, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """The kernel that is used, in the shape of the weight."""

    def find_kernel(self, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """The kernel that is used."""
        found = kernel if self.is_fixed else self.compute_kernel(kernel)
        return ops.cast(found, self.compute_dtype)

    def fix_kernel(self) -> None:
        """Replaces the weight by the kernel that is used. The layer can no longer be trained."""
        self.kernel.assign(self.compute_kernel(self.kernel))
        self.is_fixed = True

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "is_fixed": self.is_fixed}  # type: ignore[misc]


class StandardizedConv2D(ComputedKernel, keras.layers.Conv2D):
    """A convolution whose kernels have mean 0 and variance 1/fan-in, times a learned gain.

    It replaces batch normalization (Brock, De, Smith, arXiv:2101.08692), which would make an
    image's scores depend on its batch, and which takes half of the time on a CPU.
    """

    def build(self, input_shape: Shape) -> None:
        """Adds one gain for each output channel."""
        super().build(input_shape)
        self.gain = self.add_weight(name="gain", shape=(self.filters,), initializer="ones")

    def convolution_op(
        self, inputs: keras.KerasTensor, kernel: keras.KerasTensor
    ) -> keras.KerasTensor:
        """The convolution with the standardized kernel."""
        return super().convolution_op(inputs, self.find_kernel(kernel))

    def compute_kernel(self, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """The standardized kernel."""
        height, width, channels, _ = kernel.shape
        mean = ops.mean(kernel, axis=(0, 1, 2), keepdims=True)
        variance = ops.var(kernel, axis=(0, 1, 2), keepdims=True)
        scale = self.gain * ops.rsqrt(variance * (height * width * channels) + 1e-4)
        return (kernel - mean) * scale


class Gain(keras.layers.Layer):
    """A learned factor that starts at 0, so that a residual block starts as its shortcut.

    SkipInit: De, Smith (arXiv:2002.10444).
    """

    def build(self, input_shape: Shape) -> None:
        """Adds the factor."""
        self.factor = self.add_weight(name="factor", shape=(), initializer="zeros")

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        """The features, scaled."""
        return features * self.factor


def fix_kernels(model: keras.Model) -> keras.Model:
    """A copy of the model that answers alike in float32, and computes no kernels: for serving.

    For one image of 160 x 120 pixels, computing the kernels took almost half of the time.
    """
    copy = copy_as(model, "float32")
    for layer in copy.layers:
        if isinstance(layer, ComputedKernel):
            layer.fix_kernel()
    return copy


def copy_as(model: keras.Model, dtype: str) -> keras.Model:
    """A copy of the model whose layers compute in this type; inputs keep theirs."""
    kinds = {type(layer).__name__: type(layer) for layer in model.layers}
    config = model.get_config()
    layers = [
        {**layer, "config": {**layer["config"], "dtype": dtype}}
        if layer["class_name"] != "InputLayer"
        else layer
        for layer in config["layers"]
    ]
    # Not by clone_model: newer versions of Keras then copy the optimizer too.
    copy = type(model).from_config({**config, "layers": layers}, custom_objects=kinds)
    copy.set_weights(model.get_weights())
    return copy
