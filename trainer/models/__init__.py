"""The models, by name. They import keras and nothing of TensorFlow: any Keras backend runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from trainer.config import ModelConfig
from trainer.models import fcn, fcn8s, fcn16s, fcn32s, unet_small, vgg16_deconv

if TYPE_CHECKING:
    from trainer.data.preprocessing import DataStatistics

BUILDERS = {
    "fcn": fcn.build,
    "unet_small": unet_small.build,
    "fcn8s": fcn8s.build,
    "fcn16s": fcn16s.build,
    "fcn32s": fcn32s.build,
    "vgg16_deconv": vgg16_deconv.build,
}


def build(config: ModelConfig, statistics: DataStatistics) -> keras.Model:
    """The model that the experiment names, for the classes and the pixels of its data."""
    classes = len(statistics.labels)
    return BUILDERS[config.name](config, classes=classes, mean=statistics.mean, std=statistics.std)
