"""The last layers of classifiers: 1x1 convolutions in place of dense layers, or a dense layer.

Long, Shelhamer, Darrell (arXiv:1411.4038) for the first.
"""

from __future__ import annotations

import keras
from keras import layers

from trainer.model_config import ApplicationConfig, ClassifierConfig, Lite0Config
from trainer.models.layers import MaskedPooling


def conv_head(
    x: keras.KerasTensor,
    mask: keras.KerasTensor,
    config: ClassifierConfig | Lite0Config | ApplicationConfig,
    classes: int,
) -> keras.KerasTensor:
    """Scores each position by 1x1 convolutions, then pools the scores."""
    x = layers.SpatialDropout2D(config.dropout, name="dropout")(x)
    x = layers.Conv2D(config.hidden, 1, activation="relu", name="hidden")(x)
    x = layers.Conv2D(classes, 1, name="scores")(x)
    return MaskedPooling(config.pooling, name="logits")(x, mask)


def dense_head(
    x: keras.KerasTensor,
    mask: keras.KerasTensor,
    config: ClassifierConfig | Lite0Config | ApplicationConfig,
    classes: int,
) -> keras.KerasTensor:
    """Pools the features, then scores them once."""
    x = MaskedPooling(config.pooling, name="pool")(x, mask)
    x = layers.Dropout(config.dropout, name="dropout")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


HEADS = {"conv": conv_head, "dense": dense_head}
