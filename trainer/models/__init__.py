"""The models, by name. They import keras and nothing of TensorFlow: any Keras backend runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from trainer.config import ModelConfig
from trainer.models import fcn

if TYPE_CHECKING:
    from trainer.preprocessing import DataStatistics

BUILDERS = {"fcn": fcn.build}


def build(config: ModelConfig, statistics: DataStatistics) -> keras.Model:
    """The model that the experiment names, for the classes and the pixels of its data.

    Raises ValueError, naming those that exist, for another name.
    """
    if config.name not in BUILDERS:
        raise ValueError(f"No model {config.name!r}; there are: {', '.join(sorted(BUILDERS))}.")
    classes = len(statistics.labels)
    return BUILDERS[config.name](config, classes=classes, mean=statistics.mean, std=statistics.std)
