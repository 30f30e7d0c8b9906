"""What each position of a classifier's last map contributes to its logits.

A classifier that pools scores has them at each position; one that pools features and scores them
once has them too, because the scores of a mean are the mean of the scores. So with pooling by
average, the mean of a class's scores over an image's own positions is its logit, exactly; with
pooling by maximum, the greatest one is. Zhou et al. (arXiv:1512.04150) call such maps class
activation maps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from trainer.export import tracing
from trainer.export.positions import find_origin
from trainer.models.geometry import compute_strides, map_outputs_to_layers
from trainer.models.layers import MaskedPooling


class ScoreMaps(NamedTuple):
    """The score maps of a model."""

    # From pixels [N, H, W, channels] in 0..255 and sizes [N, 2] to scores [N, h, w, C], and a mask
    # [N, h, w, 1] of the positions that belong to the images.
    score: Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
    strides: tuple[int, int]  # Pixels from one position to the next, down and across.
    origin: tuple[float, float]  # Pixels to the centre of what the first position looks at.
    layers: keras.Model  # What makes the map that is scored, and its mask.
    pooling: str  # "average" or "max": how the scores become logits.


def build(model: keras.Model) -> ScoreMaps | None:
    """The score maps of a model that ends in "logits"; None if its logits are not pooled ones."""
    last = model.get_layer("logits")
    pooling = last if isinstance(last, MaskedPooling) else find_pooling(model, last)
    if pooling is None or (pooling is not last and pooling.pooling != "average"):
        return None
    maps = keras.Model(model.input, pooling.input)

    def score(pixels: tf.Tensor, sizes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        features, mask = tracing.call(maps, pixels, sizes)
        return (features if pooling is last else features @ last.kernel + last.bias), mask

    maker = map_outputs_to_layers(model)[id(pooling.input[0])]
    down, across = compute_strides(model)[maker]
    strides = (int(down), int(across))
    shared = tracing.share(score, model)
    return ScoreMaps(shared, strides, find_origin(model, maker), maps, pooling.pooling)


def measure(mask: tf.Tensor) -> tf.Tensor:
    """Height and width of each image's own positions, int32 [N, 2], from a mask [N, h, w, 1]."""
    rows, columns = tf.reduce_sum(mask[:, :, 0, 0], 1), tf.reduce_sum(mask[:, 0, :, 0], 1)
    return tf.cast(tf.stack([rows, columns], axis=1), tf.int32)


def find_pooling(model: keras.Model, last: keras.Layer) -> MaskedPooling | None:
    """The pooling whose features a dense layer reads; None if there is another layer between."""
    makers = map_outputs_to_layers(model)
    layer = last if isinstance(last, keras.layers.Dense) else None
    while layer is last or isinstance(layer, keras.layers.Dropout):
        layer = model.get_layer(makers[id(layer.input)])
    return layer if isinstance(layer, MaskedPooling) else None
