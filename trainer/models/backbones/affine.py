"""Convolutions in networks that had batch normalization: its statistics fixed, or learned again.

With fixed statistics it is one factor and one offset for each channel. The factor goes into the
kernel, which is small, so that it costs nothing on the maps.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from trainer.models.layers import ComputedKernel, Shape

EPSILON = 1e-3  # Of the published networks.


class AffineConv2D(ComputedKernel, layers.Conv2D):
    """A convolution whose output is scaled and shifted, each channel by its own numbers."""

    def build(self, input_shape: Shape) -> None:
        """Adds one factor for each output channel; the offset is the bias."""
        super().build(input_shape)
        self.scale = self.add_weight(name="scale", shape=(self.filters,), initializer="ones")

    def convolution_op(
        self, inputs: keras.KerasTensor, kernel: keras.KerasTensor
    ) -> keras.KerasTensor:
        """The convolution with the scaled kernel."""
        return super().convolution_op(inputs, self.find_kernel(kernel))

    def compute_kernel(self, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """The scaled kernel."""
        return kernel * self.scale

    def save_own_variables(self, store: Any) -> None:
        """Saves the factors too; Keras' convolutions save only their kernel and bias."""
        layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store: Any) -> None:
        """Loads what `save_own_variables` saved."""
        layers.Layer.load_own_variables(self, store)


class AffineDepthwiseConv2D(ComputedKernel, layers.DepthwiseConv2D):
    """A convolution of each channel by itself, whose output is scaled and shifted."""

    def build(self, input_shape: Shape) -> None:
        """Adds one factor for each channel; the offset is the bias."""
        super().build(input_shape)
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """The convolution with the scaled kernel."""
        kernel = self.find_kernel(self.kernel)
        outputs = ops.depthwise_conv(inputs, kernel, strides=self.strides, padding=self.padding)
        return outputs + self.bias

    def compute_kernel(self, kernel: keras.KerasTensor) -> keras.KerasTensor:
        """The scaled kernel."""
        return kernel * self.scale[:, None]


class AffineSeparableConv2D(layers.SeparableConv2D):
    """A depthwise and a 1x1 convolution, whose output is scaled and shifted."""

    def build(self, input_shape: Shape) -> None:
        """Adds one factor for each output channel; the offset is the bias."""
        super().build(input_shape)
        self.scale = self.add_weight(name="scale", shape=(self.filters,), initializer="ones")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """The convolution with the scaled 1x1 kernel."""
        outputs = ops.separable_conv(
            inputs,
            self.depthwise_kernel,
            self.pointwise_kernel * self.scale,
            strides=self.strides,
            padding=self.padding,
        )
        return outputs + self.bias


class MaskedBatchNormalization(layers.BatchNormalization):
    """Batch normalization whose statistics leave out padding."""

    def call(
        self,
        features: keras.KerasTensor,
        valid: keras.KerasTensor,
        training: bool | None = None,
    ) -> keras.KerasTensor:
        """Features [B, H, W, C] with a mask [B, H, W, 1], which stay unchanged in the padding."""
        return super().call(features, training=training, mask=valid[..., 0])

    def compute_output_shape(self, features_shape: Shape, valid_shape: Shape) -> Shape:
        """That of the features."""
        return features_shape

    def build(self, features_shape: Shape, valid_shape: Shape) -> None:
        """Adds the weights of the features' channels."""
        super().build(features_shape)


def start_depthwise(kernel: int) -> keras.Initializer:
    """He initialization of kernels [k, k, C, 1]; Keras' own counts all channels as inputs."""
    return keras.initializers.RandomNormal(stddev=2**0.5 / kernel)
