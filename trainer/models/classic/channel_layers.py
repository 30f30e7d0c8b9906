"""Layers that work along the channels of each position, so that padding does not matter."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from trainer.models.layers import Shape


class DepthMaxPool(keras.layers.Layer):
    """The maximum of each group of neighbouring channels: [B, H, W, C] to [B, H, W, C / size].

    It makes features invariant to what the channels of a group differ in, such as a rotation.
    Raises ValueError if the channels cannot be divided into groups of this size.
    """

    def __init__(self, size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size

    def build(self, shape: Shape) -> None:
        """Checks the channels."""
        if shape[-1] is None or shape[-1] % self.size:
            raise ValueError(
                f"{shape[-1]} channels cannot be divided into groups of {self.size}: use a divisor."
            )

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        """Groups are channels 0 to size - 1, and so on."""
        groups = (features.shape[-1] // self.size, self.size)
        return ops.max(ops.reshape(features, (*ops.shape(features)[:-1], *groups)), axis=-1)

    def compute_output_shape(self, shape: Shape) -> Shape:
        """[B, H, W, C / size]."""
        return (*shape[:-1], (shape[-1] or 0) // self.size)

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "size": self.size}


class LocalResponseNormalization(keras.layers.Layer):
    """Divides each channel by the strength of its neighbours (Krizhevsky et al., section 3.3).

    The sum of squares over `radius` channels on each side; https://papers.nips.cc/paper/4824.
    It computes in float32 in mixed precision too: squares may be too large for float16.
    """

    def __init__(
        self,
        *,
        radius: int = 2,
        bias: float = 1.0,
        alpha: float = 2e-5,
        beta: float = 0.75,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.radius, self.bias, self.alpha, self.beta = radius, bias, alpha, beta

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        """[B, H, W, C] to the same."""
        channels = features.shape[-1]
        around = ops.pad(ops.square(features), ((0, 0),) * 3 + ((self.radius, self.radius),))
        total = sum(around[..., n : n + channels] for n in range(2 * self.radius + 1))
        return features / ops.power(self.bias + self.alpha * total, self.beta)

    def compute_output_shape(self, shape: Shape) -> Shape:
        """That of the features."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        values = {name: getattr(self, name) for name in ("radius", "bias", "alpha", "beta")}
        return {**super().get_config(), **values}
