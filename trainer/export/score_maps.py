"""What each position of a classifier's last map contributes to its logits.

A classifier that pools scores has them at each position; one that pools features and scores them
once has them too, because the scores of a mean are the mean of the scores. So with pooling by
average, the mean of a class's scores over an image's own positions is its logit, exactly; with
pooling by maximum, the greatest one is. Zhou et al. (arXiv:1512.04150) call such maps class
activation maps.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from trainer.models.geometry import map_outputs_to_layers
from trainer.models.layers import MaskedPooling

# From pixels [N, H, W, channels] in 0..255 and sizes [N, 2] to scores [N, h, w, C], and a mask
# [N, h, w, 1] of the positions that belong to the images.
ScoreMaps = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def build(model: keras.Model) -> ScoreMaps | None:
    """The score maps of a model that ends in "logits"; None if its logits are not pooled ones."""
    last = model.get_layer("logits")
    if isinstance(last, MaskedPooling):
        pooling, dense = last, None
    else:
        pooling, dense = find_pooling(model, last), last
        if pooling is None or pooling.pooling != "average":
            return None
    maps = keras.Model(model.input, pooling.input)

    def score(pixels: tf.Tensor, sizes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        features, mask = maps({"image": pixels, "size": sizes}, training=False)
        return (features @ dense.kernel + dense.bias if dense else features), mask

    return score


def find_pooling(model: keras.Model, last: keras.Layer) -> MaskedPooling | None:
    """The pooling whose features a dense layer reads; None if there is another layer between."""
    makers = map_outputs_to_layers(model)
    layer = last if isinstance(last, keras.layers.Dense) else None
    while layer is last or isinstance(layer, keras.layers.Dropout):
        layer = model.get_layer(makers[id(layer.input)]) if layer else None
    return layer if isinstance(layer, MaskedPooling) else None


def pool(scores: tf.Tensor, mask: tf.Tensor, pooling: str) -> tf.Tensor:
    """The logits [N, C] of score maps."""
    return MaskedPooling(pooling)(scores, mask)
