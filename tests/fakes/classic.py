"""The networks of textbooks and tutorials, narrow, with weights that are not their initial ones."""

from __future__ import annotations

import keras
import numpy as np

from tests.fakes import tiny
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.classic_config import (
    AlexNetConfig,
    FashionCNNConfig,
    GoogLeNetConfig,
    LeNet5Config,
    MLPConfig,
    ResNetConfig,
    TutorialFCNConfig,
)
from trainer.data.preprocessing import DataStatistics

WIDTH = 1 / 16
GREY = DataStatistics(labels=tiny.LABELS, mean=(120.0,), std=(60.0,), size_boundaries=(30.0,))


def tutorial(head: str, pooling: str) -> TutorialFCNConfig:
    return TutorialFCNConfig(widths=(4, 4, 6, 8), hidden=6, head=head, pooling=pooling)


ANY_SIZE = {
    **{f"tutorial-{h}-{p}": tutorial(h, p) for h in ("conv", "dense") for p in ("average", "max")},
    "resnet34": ResNetConfig(name="resnet34", width=WIDTH),
    "se_resnet34": ResNetConfig(name="se_resnet34", width=WIDTH),
    "googlenet": GoogLeNetConfig(width=WIDTH),
}
FIXED_SIZE = {
    "alexnet": AlexNetConfig(side=67, width=WIDTH),
    "fashion_cnn": FashionCNNConfig(side=8, widths=(4, 6, 8), depth_pool=4, hidden=(6, 4)),
    "lenet5": LeNet5Config(),
    "mlp": MLPConfig(side=9, hidden=(6, 4)),
}


def build(config, statistics: DataStatistics = tiny.STATISTICS) -> keras.Model:
    """The model, its weights moved from where they start, so that padding would show."""
    keras.utils.set_random_seed(0)
    model, random = models.build(config, statistics), np.random.default_rng(0)
    model.set_weights([w + abs(random.normal(0, 0.05, w.shape)) for w in model.get_weights()])
    return model


def answer(model: keras.Model, images: list[np.ndarray], **padding) -> np.ndarray:
    """Logits [B, classes]."""
    return np.array(model(batch_of(images, **padding), training=False))
