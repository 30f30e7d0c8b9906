"""Networks of keras.applications, narrow, and files of weights that keep the size of features."""

from __future__ import annotations

import keras
import numpy as np

from trainer.model_config import ApplicationConfig, UNetApplicationConfig
from trainer.models.applications import weights
from trainer.models.applications.networks import NETWORKS

WIDTH = 1 / 16


def classifier(name: str = "mobilenet_v2", **values) -> ApplicationConfig:
    return ApplicationConfig(**{"name": name, "width": WIDTH, "weights": "none", **values})


def unet(name: str = "mobilenet_v2", **values) -> UNetApplicationConfig:
    tiny = {"width": WIDTH, "weights": "none", "widths": (4, 6, 8, 8)}
    return UNetApplicationConfig(**{"name": f"unet_{name}", **tiny, **values})


def draw_source(config) -> keras.Model:
    """Keras's network with random weights; each normalization has the statistics of noise."""
    keras.utils.set_random_seed(0)
    source, random = weights.build_source(config), np.random.default_rng(0)
    norms = [x for x in source.layers if isinstance(x, keras.layers.BatchNormalization)]
    for layer in norms:
        scale, shift, mean, variance = layer.get_weights()
        drawn = random.uniform(0.5, 1.5, scale.shape), random.normal(0, 0.5, shift.shape)
        layer.set_weights([*drawn, mean, variance])
        layer.momentum = 0.0
    noise = random.uniform(0, 255, (4, 64, 64, 3)).astype("float32")
    source(NETWORKS[config.backbone].pixels()(noise), training=True)
    for layer in norms:  # Channels that hardly vary would magnify each rounding.
        *drawn, variance = layer.get_weights()
        layer.set_weights([*drawn, np.maximum(variance, 0.1 * variance.mean())])
    return source
