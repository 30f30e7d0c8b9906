"""Two heads on one map of features: the class of the object, and the box around it."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from trainer.model_config import FCNBoxesConfig, Lite0BoxesConfig
from trainer.models.layers import Map, MaskedPooling, Shape

SIDES = 4


def add_heads(
    features: Map,
    size: keras.KerasTensor,
    config: FCNBoxesConfig | Lite0BoxesConfig,
    *,
    classes: int,
    stride: int,
) -> keras.KerasTensor:
    """Logits [B, classes + 4]: scores of the classes, and ymin, xmin, ymax, xmax.

    The sides are in 0..1 of the images' own sizes [B, 2], and may lie a little outside. `stride`
    is that of the features, in pixels.
    """
    x, mask = features
    pooled = layers.Dropout(config.dropout, name="dropout")(
        MaskedPooling("average", name="pool")(x, mask)
    )
    x = layers.Conv2D(config.hidden, 1, activation="relu", name="box_hidden")(x)
    votes = layers.Conv2D(1 + SIDES, 1, name="box_votes")(x)
    scores = layers.Dense(classes, name="scores")(pooled)
    # A copy: split.py cannot begin a head with an input of the whole model.
    own_size = layers.Identity(name="own_size")(size)
    box = BoxPooling(stride, name="box")(votes, mask, own_size)
    return layers.Concatenate(name="logits")([scores, box])


class BoxPooling(keras.layers.Layer):
    """The mean of the boxes that the positions of an image vote for: [B, H, W, 5] to [B, 4].

    The first channel is the weight of a position, before a softmax over all of the image's own
    positions (Levine et al., arXiv:1504.00702). The others are the distances from its centre up,
    left, down and right to the sides of the box (Tian et al., arXiv:1904.01355), in strides, before
    a softplus. So a box does not depend on padding, and moves with the object.
    """

    def __init__(self, stride: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stride = stride

    def call(
        self, votes: keras.KerasTensor, valid: keras.KerasTensor, size: keras.KerasTensor
    ) -> keras.KerasTensor:
        """ymin, xmin, ymax, xmax in 0..1 of the sizes [B, 2]; `valid` is the mask [B, H, W, 1]."""
        weights = compute_weights(votes[..., :1], valid)
        distances = ops.softplus(votes[..., 1:]) * ops.convert_to_tensor(
            [-1.0, -1.0, 1.0, 1.0], dtype=self.compute_dtype
        )
        away = ops.sum(weights * distances, axis=(1, 2))
        rows = ops.sum(weights, axis=(2, 3))
        columns = ops.sum(weights, axis=(1, 3))
        centre = ops.stack([find_mean(rows), find_mean(columns)], axis=-1)
        pixels = (ops.concatenate([centre, centre], axis=-1) + away) * self.stride
        return pixels / ops.cast(ops.concatenate([size, size], axis=-1), self.compute_dtype)

    def compute_output_shape(
        self, votes_shape: Shape, valid_shape: Shape, size_shape: Shape
    ) -> Shape:
        """[B, 4]."""
        return (votes_shape[0], SIDES)

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "stride": self.stride}


def compute_weights(scores: keras.KerasTensor, valid: keras.KerasTensor) -> keras.KerasTensor:
    """The softmax over the image's own positions, zero elsewhere: [B, H, W, 1].

    Keras' own takes several axes only if the sizes of the others are known.
    """
    scores = ops.where(valid > 0, scores, -1e9)
    weights = ops.exp(scores - ops.max(scores, axis=(1, 2), keepdims=True))
    return weights / ops.sum(weights, axis=(1, 2), keepdims=True)


def find_mean(weights: keras.KerasTensor) -> keras.KerasTensor:
    """The mean centre of positions in a row, in strides: weights [B, N] that sum to 1, to [B]."""
    centres = ops.cast(ops.arange(ops.shape(weights)[1]), weights.dtype) + 0.5
    return ops.sum(weights * centres, axis=1)
