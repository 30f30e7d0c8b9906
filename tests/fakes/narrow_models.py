"""Every model of trainer/models, narrow and without pretrained weights, and images for it.

Imports no TensorFlow: the models run on other backends of Keras too.
"""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np

from trainer.model_config import drop_weights
from trainer.models import BUILDERS
from trainer.overrides import MODELS

CLASSES = 3
WIDTH = 1 / 16


def build(name: str) -> keras.Model:
    config = drop_weights(MODELS[name](name=name))
    if hasattr(config, "width"):
        config = replace(config, width=WIDTH)
    return BUILDERS[name](config, classes=CLASSES, mean=(120.0,) * 3, std=(60.0,) * 3)


def draw_images() -> dict[str, np.ndarray]:
    """A batch of two images of several sizes."""
    image = np.random.default_rng(0).uniform(0, 255, (2, 32, 40, 3))
    size = np.array([[32, 40], [20, 31]], "int32")
    return {"image": image.astype("float32"), "size": size}
