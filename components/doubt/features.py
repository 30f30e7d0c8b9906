"""What a frozen EfficientNet-Lite0 sees in recorded images: one vector of features for each."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components.doubt import collection, weights
from components.doubt.collection import MOST, Collection, Seen
from trainer.model_config import Lite0Config
from trainer.models.backbones import lite0
from trainer.models.layers import MaskedPooling

UNKNOWN = (127.5,) * 3, (64.0,) * 3  # Mean and deviation: weights that are not pretrained use them.

Features = NDArray[np.float32]


def collect(examples: str, config: Lite0Config, *, most: int = MOST) -> tuple[Collection, Features]:
    """The first images of the folder of examples, `most` in all, and their features [N, D].

    Raises DataError if there are no such weights.
    """
    network = build(config)
    compute_batch = tf.function(lambda batch: network(batch, training=False), reduce_retracing=True)
    seen: list[Seen] = []
    found = [np.zeros((0, network.output.shape[-1]), np.float32)]
    for images, pixels in collection.look_at(examples, most):
        seen += images
        found.append(compute_batch(pad(pixels)).numpy())
    return Collection(seen, collection.count(examples) - len(seen)), np.concatenate(found)


def build(config: Lite0Config) -> keras.Model:
    """The network from {"image", "size"} to features [B, D]."""
    inputs, maps = lite0.build_backbone(config, mean=UNKNOWN[0], std=UNKNOWN[1])
    x, mask = lite0.add_top(maps["block15"], config)
    pooled = MaskedPooling("average", name="features")(x, mask)
    return weights.read(keras.Model(inputs, pooled, name="lite0_features"), config)


def pad(pixels: Sequence[tf.Tensor]) -> dict[str, NDArray[np.generic]]:
    """Images [H, W, 3] of different sizes as one padded batch, and their sizes [B, 2]."""
    sizes = np.array([image.shape[:2] for image in pixels], np.int32)
    padded = np.zeros((len(pixels), *sizes.max(axis=0), 3), np.float32)
    for place, image in zip(padded, pixels, strict=True):
        place[: image.shape[0], : image.shape[1]] = image
    return {"image": padded, "size": sizes}
