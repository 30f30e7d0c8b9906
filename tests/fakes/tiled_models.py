"""Tiny served models for images in tiles, with random weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.fakes import tiny
from trainer import models
from trainer.classic_config import MLPConfig
from trainer.config import ServeConfig
from trainer.export import saved_model
from trainer.model_config import UNetConfig

NATIVE = ServeConfig(max_side="native")
UNSURE = ServeConfig(max_side="native", unknown_below=0.9)
SEGMENTER = replace(tiny.MASKS, model=UNetConfig(widths=(4, 4)), serve=NATIVE)
CLASSIFIER = replace(tiny.EXPERIMENT, serve=UNSURE)
MODELS = {
    "masks": SEGMENTER,
    "classes": CLASSIFIER,
    "peaks": replace(CLASSIFIER, model=replace(tiny.EXPERIMENT.model, pooling="max")),
    "squares": replace(tiny.EXPERIMENT, model=MLPConfig(side=8, hidden=(4,))),
    "mirrored": replace(SEGMENTER, model=UNetConfig(widths=(4, 4), mirrored=True)),
    "sides": replace(
        SEGMENTER, model=UNetConfig(widths=(4, 4), sides=(32, 48)), serve=ServeConfig()
    ),
    "scaled": replace(SEGMENTER, serve=ServeConfig()),
    "grey": replace(
        SEGMENTER,
        data=replace(SEGMENTER.data, channels=1),
        augment=replace(SEGMENTER.augment, saturation=0.0),
    ),
}


def publish(root: Path, name: str, version: int = 1) -> None:
    """Writes a version of a model, complete when it has its name."""
    experiment = MODELS[name]
    statistics = tiny.statistics_of(experiment)
    if experiment.data.channels == 1:
        statistics = replace(statistics, mean=(100.0,), std=(80.0,))
    model = tiny.with_random_weights(models.build(experiment.model, statistics), seed=version)
    partial = root / name / f".{version}.partial"
    saved_model.save(model, statistics, experiment, str(partial))
    partial.rename(root / name / str(version))
