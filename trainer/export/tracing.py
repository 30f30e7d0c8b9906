"""The network as a function of TensorFlow that several signatures call.

A SavedModel has at most two copies of it: the whole network, and what `score_tiles` and `heat_maps`
need. Without this, each signature would have its own, and exporting and loading would take several
times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

SIZES = tf.TensorSpec([None, 2], tf.int32, "sizes")


def share(function: Callable[..., Any], model: keras.Model) -> Callable[..., Any]:
    """Traces a function of pixels and sizes once, for inputs of all sizes.

    Pixels [N, H, W, the model's channels] may have any type: the function gets them as float32.
    """
    shape = [None, None, None, model.input["image"].shape[-1]]
    pixels = tf.TensorSpec(shape, tf.float32, "pixels")
    traced = tf.function(function, input_signature=[pixels, SIZES], autograph=False)
    return lambda pixels, sizes: traced(tf.cast(pixels, tf.float32), sizes)


def call(model: keras.Model, pixels: tf.Tensor, sizes: tf.Tensor) -> Any:
    """The outputs of a model of ours for a batch."""
    return model({"image": pixels, "size": sizes}, training=False)
