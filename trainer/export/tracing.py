"""The network as one function of TensorFlow, which all signatures of a SavedModel call.

Each signature would have a copy of the network otherwise: exporting and loading would take several
times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

SIZES = tf.TensorSpec([None, 2], tf.int32, "sizes")


def share(function: Callable[..., Any], channels: int) -> Callable[[tf.Tensor, tf.Tensor], Any]:
    """A function of pixels [N, H, W, channels] and sizes [N, 2] that is traced once for all sizes.

    Its pixels may have any type: it gets them as float32.
    """
    pixels = tf.TensorSpec([None, None, None, channels], tf.float32, "pixels")
    traced = tf.function(function, input_signature=[pixels, SIZES], autograph=False)
    return lambda pixels, sizes: traced(tf.cast(pixels, tf.float32), sizes)


def call(model: keras.Model, pixels: tf.Tensor, sizes: tf.Tensor) -> Any:
    """The outputs of a model of ours for a batch."""
    return model({"image": pixels, "size": sizes}, training=False)
