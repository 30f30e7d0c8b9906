"""Trains on one device and on two, of this process's own: `python -m tests.fakes.two_devices DIR`.

Writes DIR/losses.json. Devices are chosen before TensorFlow starts, hence a process of its own.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import keras
import tensorflow as tf

from tests.fakes import lite0, tiny
from tests.fakes.broken_data import broken
from trainer import models, precision
from trainer.learning import devices, head_phase, training
from trainer.phase_config import HeadPhaseConfig
from trainer.precision import use_precision

PHASE = HeadPhaseConfig(epochs=2, learning_rate=1e-2, warmup_epochs=0.0, weight_decay=0.0)
VALUES = ("train.epochs=2", "train.learning_rate=1e-2", "model.dropout=0.0")
CLASSES = tiny.with_values(*VALUES)
EXPERIMENTS = {
    "masks": tiny.with_values(*VALUES, of=tiny.MASKS),
    "float16": tiny.with_values(*VALUES, "train.precision=float16"),
    "head": replace(CLASSES, model=lite0.classifier(dropout=0.0), head_phase=PHASE),
}


def main(folder: Path) -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    tf.config.experimental.enable_op_determinism()
    # No gradient overflows at this scale. At Keras's first scales those of a whole batch overflow
    # more often than those of its halves, and such steps are skipped.
    precision.INITIAL_SCALE = 2.0**8
    losses = {
        kind: [train(folder / kind / each, experiment, each) for each in ("one", "all")]
        for kind, experiment in EXPERIMENTS.items()
    }
    noisy = replace(CLASSES, model=replace(CLASSES.model, dropout=0.3))
    losses["resumed"] = [train(folder / "whole", noisy, "all"), resume(folder / "cut", noisy)]
    (folder / "losses.json").write_text(json.dumps(losses))


def train(folder: Path, experiment, which: str, change=lambda train: train) -> list[float]:
    """The losses of two epochs, with batches of 4 images, twice as large as the recipe's."""
    folder.mkdir(parents=True, exist_ok=True)
    values = replace(experiment.train, batch_size=2, devices=which)
    recipe = devices.scale_recipe(replace(experiment, train=values), 2)
    keras.utils.set_random_seed(0)
    with use_precision(recipe.train.precision):
        model = models.build(recipe.model, tiny.statistics_of(recipe))
    history = fit(model, folder, recipe, change).history
    return [*history["loss"], *history["val_loss"]]


def fit(model, folder: Path, recipe, change):
    if not recipe.head_phase:
        train, val = tiny.datasets(folder, recipe)
        return tiny.fit(model, change(train), val, folder, recipe)
    files = head_phase.Files(*tiny.files(folder, recipe), tiny.statistics_of(recipe).labels)
    folders = training.Folders(str(folder / "checkpoints"), str(folder / "logs"))
    return head_phase.fit_head(model, files, folders, recipe)


def resume(folder: Path, experiment) -> list[float]:
    """The losses of the second epoch, of training that broke off within it and went on."""
    try:
        train(folder, experiment, "all", lambda train: broken(train, tiny.STEPS + 2))
    except tf.errors.OpError:
        return train(folder, experiment, "all")
    raise AssertionError("The training did not break off.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
