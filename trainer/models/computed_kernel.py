"""Convolutions whose kernel is computed from their weights: at each call, or once for serving."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import keras


class ComputedKernel:
    """Part of a convolution layer: its `kernel` is a weight, and is not used as it is."""

    kernel: keras.Variable

    def __init__(self, *args: Any, is_fixed: bool = False, **kwargs: Any) -> None:
        """The arguments of the convolution; `is_fixed` says that the weight is used as it is."""
        super().__init__(*args, **kwargs)
        self.is_fixed = is_fixed

    @abstractmethod
    def compute_kernel(self, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """The kernel that is used, in the shape of the weight."""

    def find_kernel(self, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """The kernel that is used."""
        return kernel if self.is_fixed else self.compute_kernel(kernel)

    def fix_kernel(self) -> None:
        """Replaces the weight by the kernel that is used. The layer can no longer be trained."""
        self.kernel.assign(self.compute_kernel(self.kernel))
        self.is_fixed = True

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "is_fixed": self.is_fixed}  # type: ignore[misc]


def fix_kernels(model: keras.Model) -> keras.Model:
    """A copy of the model that answers alike, and computes no kernels: for serving only.

    For one image of 160 x 120 pixels, computing the kernels took almost half of the time.
    """
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    for layer in copy.layers:
        if isinstance(layer, ComputedKernel):
            layer.fix_kernel()
    return copy
