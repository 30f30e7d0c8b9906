"""Convolutions whose kernel is computed from their weights: at each call, or once for serving."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import keras
from keras import ops


class ComputedKernel:
    """Part of a convolution layer: its `kernel` is a weight, and is not used as it is.

    In mixed precision the kernel is computed in float32, then cast.
    """

    kernel: keras.Variable
    compute_dtype: str
    is_fixed = False

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


def fix_kernels(model: keras.Model) -> keras.Model:
    """A copy of the model that answers alike in float32, and computes no kernels: for serving.

    For one image of 160 x 120 pixels, computing the kernels took almost half of the time.
    """
    copy = keras.models.clone_model(model, clone_function=copy_in_float32)
    copy.set_weights(model.get_weights())
    for layer in copy.layers:
        if isinstance(layer, ComputedKernel):
            layer.fix_kernel()
    return copy


def copy_in_float32(layer: keras.Layer) -> keras.Layer:
    """A new layer of the same configuration that computes in float32."""
    return type(layer).from_config({**layer.get_config(), "dtype": "float32"})
