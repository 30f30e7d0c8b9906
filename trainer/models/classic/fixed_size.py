"""What networks with dense layers on a flattened map share: their one input size, and layers.

Every image keeps its aspect ratio and is centred in a black square. This happens inside the model,
so training and serving take images of any size, in any batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from trainer.models.inputs import Inputs, build_inputs
from trainer.models.layers import Shape


def build_square_inputs(
    side: int, *, mean: Sequence[float], std: Sequence[float]
) -> tuple[Inputs, keras.KerasTensor]:
    """{"image": [B, H, W, C] in 0..255, "size": [B, 2]}, and normalized [B, side, side, C].

    `size` is each image's own height and width: the rest is padding. `mean` and `std` are those of
    the channels, in 0..255. H and W may be anything from 1 up, and may differ between calls.
    """
    inputs, _ = build_inputs(len(mean))
    x = FitSquare(side, name="fit")(inputs["image"], inputs["size"])
    variance = [value**2 for value in std]
    normalization = layers.Normalization(
        mean=mean, variance=variance, dtype="float32", name="normalize"
    )
    return inputs, normalization(x)


def convolve(x: keras.KerasTensor, channels: int, kernel: int, name: str) -> keras.KerasTensor:
    """A convolution and ReLU: [B, H, W, C] to [B, H, W, channels]."""
    layer = layers.Conv2D(
        channels,
        kernel,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        name=name,
    )
    return layer(x)


def add_hidden(x: keras.KerasTensor, units: int, dropout: float, name: str) -> keras.KerasTensor:
    """A dense layer, ReLU and dropout: [B, C] to [B, units]."""
    layer = layers.Dense(units, activation="relu", kernel_initializer="he_normal", name=name)
    return layers.Dropout(dropout, name=f"{name}_dropout")(layer(x))


class FitSquare(keras.layers.Layer):
    """Scales each image of a batch until its longer side is `side`, and centres it in a square.

    Bilinear, with antialiasing if it makes images smaller; black around them. An image of side x
    side pixels stays as it is.
    """

    def __init__(self, side: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})  # 16 bits cannot count pixels.
        self.side = side

    def call(self, image: keras.KerasTensor, size: keras.KerasTensor) -> keras.KerasTensor:
        """[B, H, W, C] and each image's own height and width [B, 2]: [B, side, side, C]."""
        sides = ops.cast(size, self.compute_dtype)
        factors = self.side / ops.max(sides, axis=1, keepdims=True)
        scaled = ops.maximum(ops.round(sides * factors), 1.0)
        rows = self.weigh(sides[:, 0], scaled[:, 0], ops.shape(image)[1])
        columns = self.weigh(sides[:, 1], scaled[:, 1], ops.shape(image)[2])
        tall = ops.einsum("bih,bhwc->biwc", rows, image)
        return ops.einsum("bjw,biwc->bijc", columns, tall)

    def weigh(
        self, own: keras.KerasTensor, scaled: keras.KerasTensor, length: int
    ) -> keras.KerasTensor:
        """How much each of `length` pixels counts in each of the square's, [B, side, length].

        An image has `own` pixels along this axis, [B], and `scaled` ones in the square.
        """
        own, scaled = own[:, None, None], scaled[:, None, None]
        step = own / scaled  # Pixels of the image between two of the square.
        target = ops.arange(self.side, dtype=self.compute_dtype)[None, :, None]
        place = target - ops.floor((self.side - scaled) / 2)
        pixel = ops.arange(length, dtype=self.compute_dtype)[None, None, :]
        away = ops.abs(pixel - ((place + 0.5) * step - 0.5))
        near = ops.maximum(1 - away / ops.maximum(step, 1.0), 0.0)
        near = ops.where(pixel < own, near, 0.0)
        inside = ops.logical_and(place >= 0, place < scaled)
        return ops.where(inside, near / ops.maximum(ops.sum(near, -1, keepdims=True), 1e-6), 0.0)

    def compute_output_shape(self, image_shape: Shape, size_shape: Shape) -> Shape:
        """[B, side, side, C]."""
        return (image_shape[0], self.side, self.side, image_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "side": self.side}
