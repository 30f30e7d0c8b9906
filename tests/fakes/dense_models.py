"""Dense classifiers on convolutions, with weights at random."""

from __future__ import annotations

import keras
from keras import layers

SIDE = 20


def initialize(model: keras.Model, seed: int = 7) -> keras.Model:
    """Random weights: variances of batch normalization stay positive."""
    keras.utils.set_random_seed(seed)
    for variable in model.weights:
        variable.assign(keras.random.uniform(variable.shape, 0.05, 0.3))
    return model


def lenet(*, padding: str = "valid", side: int = SIDE) -> keras.Model:
    """Two convolutions with pooling, then three dense layers."""
    image = keras.Input((side, side, 3), name="photo")
    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(4, 3, padding=padding, activation="tanh", name="conv1")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(5, 3, padding=padding, name="conv2")(x)
    x = layers.BatchNormalization(axis=3)(x)
    x = layers.ReLU()(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(8, activation="relu", name="fc1")(x)
    x = layers.BatchNormalization(axis=1)(x)
    x = layers.Dense(6, use_bias=False, name="fc2")(x)
    x = layers.LeakyReLU()(x)
    return initialize(keras.Model(image, layers.Dense(3, activation="softmax", name="fc3")(x)))
