"""Computes the feature maps of one image, at the end of each stage of a network."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from pipeline.inspection.layer_grid import list_shown
from pipeline.inspection.trained_model import TrainedModel
from trainer.export.signatures import load_batch
from trainer.models import geometry


class Stage(NamedTuple):
    """The feature maps of one layer."""

    layer: str
    stride: geometry.Strides
    maps: NDArray[np.float32]  # [h, w, C]


class Features(NamedTuple):
    """An image as the network sees it, and the feature maps of its stages."""

    pixels: NDArray[np.uint8]  # [H, W, 3], or [H, W, 1] in grey.
    stages: list[Stage]


def compute(model: TrainedModel, encoded: bytes) -> Features:
    """The feature maps of one image, a file that TensorFlow decodes."""
    pixels, sizes, _ = load_batch(tf.constant([encoded]), model.limits)
    layers = list_stages(model.network)
    outputs = keras.Model(model.network.input, [layer.output for layer in layers])
    found = outputs({"image": pixels, "size": sizes}, training=False)
    strides = geometry.compute_strides(model.network)
    stages = [
        Stage(layer.name, strides[layer.name], np.asarray(maps)[0])
        for layer, maps in zip(layers, found, strict=True)
    ]
    return Features(np.asarray(pixels)[0].astype(np.uint8), stages)


def list_stages(model: keras.Model) -> list[keras.Layer]:
    """The last of the widest layers of each stage, and the last layer with a map.

    A stage is a row of layers with the same stride, among them one with weights.
    """
    strides = geometry.compute_strides(model)
    with_maps = [
        layer
        for layer in list_shown(model)
        if geometry.is_map(layer.output) and not isinstance(layer, keras.layers.ZeroPadding2D)
    ]
    rows = (list(row) for _, row in groupby(with_maps, key=lambda layer: strides[layer.name]))
    found = [
        max(reversed(row), key=lambda layer: layer.output.shape[-1])
        for row in rows
        if any(layer.count_params() for layer in row)
    ]
    return found if with_maps[-1] in found else [*found, with_maps[-1]]
