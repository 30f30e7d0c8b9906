"""The models that are served: those of the experiments, with random weights. Speed is the same."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from trainer import configs, models
from trainer.data.preprocessing import DataStatistics
from trainer.export import saved_model

CLASSES, MASKS = "flowers", "pets"  # The experiments, and the names of their models.
LABELS = {
    CLASSES: ("asters", "daisies", "irises", "lilies", "roses"),
    MASKS: ("pet", "background", "border"),
}
VERSION = "1"


def save(name: str, root: Path) -> Path:
    """Saves the untrained model of an experiment, as a version to serve; returns its folder."""
    experiment = configs.load(name)
    statistics = DataStatistics(LABELS[name], (120.0,) * 3, (60.0,) * 3, ())
    model = models.build(experiment.model, statistics)
    folder = root / name / VERSION
    saved_model.save(model, statistics, experiment, str(folder))
    return folder


def draw_photo(height: int, width: int) -> np.ndarray:
    """Pixels [height, width, 3] uint8 that compress about as a photograph does."""
    random = np.random.default_rng(0)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    noise = random.normal(0, 6, smooth.shape)
    return np.clip(smooth + noise, 0, 255).astype(np.uint8)


def encode(pixels: np.ndarray) -> bytes:
    """A JPEG of the usual quality."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def draw_mask(height: int, width: int) -> tf.Tensor:
    """A mask [height, width, 1] uint8 of an animal's shape: a body with a border."""
    rows, columns = np.mgrid[:height, :width]
    wave = 0.08 * np.sin(np.arctan2(rows - height / 2, columns - width / 2) * 7)
    away = np.hypot((rows - height / 2) / height, (columns - width / 2) / width) + wave
    return tf.constant(np.digitize(away, (0.3, 0.33))[..., np.newaxis], tf.uint8)
