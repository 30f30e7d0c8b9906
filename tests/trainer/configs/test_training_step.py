"""Every experiment takes a step of training: its data, its views, its model and its optimizer."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from tests.fakes import tiny, tiny_boxes
from trainer import configs, models
from trainer.data import input_pipeline
from trainer.data.preprocessing import DataStatistics
from trainer.learning import training
from trainer.model_config import VGGConfig, drop_weights

WRITERS = {
    "classes": (tiny.write_split, tiny.LABELS),
    "masks": (tiny.write_pairs, ("a", "b", "c")),
    "boxes": (tiny_boxes.write_split, tiny_boxes.LABELS),
}
SIDE = 64  # Pixels at most: less than in training, to save time.


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_each_experiment_takes_a_step_of_training(name, tmp_path):
    experiment = make_small(configs.load(name))
    write, labels = WRITERS[experiment.task]
    file = write(tmp_path / "train.tfrecord", 4)
    channels = experiment.data.channels
    statistics = DataStatistics(labels, (120.0,) * channels, (60.0,) * channels, ())
    keras.utils.set_random_seed(0)
    model = models.build(experiment.model, statistics)
    training.compile_model(model, 1, experiment)
    model.run_eagerly = True  # Without tracing, which takes most of the time.
    before = [weight.numpy() for weight in model.trainable_variables]

    (batch,) = input_pipeline.read_training([file], labels, experiment).take(1)
    loss = model.train_on_batch(*batch)

    assert np.isfinite(loss).all()
    pairs = zip(before, model.trainable_variables, strict=True)
    assert any(np.abs(old - new).max() > 0 for old, new in pairs)


def make_small(experiment):
    """The experiment without pretrained weights and warm-up, in small batches of small images."""
    grid = experiment.augment.grid
    model = drop_weights(experiment.model)
    if isinstance(model, VGGConfig):  # An experiment refuses to freeze new weights.
        model = replace(model, frozen=False)
    return replace(
        experiment,
        data=replace(experiment.data, max_side=min(SIDE, experiment.data.max_side)),
        model=model,
        augment=replace(experiment.augment, side=max(grid, SIDE // grid * grid), mixup=0.0),
        train=replace(experiment.train, batch_size=2, warmup_epochs=0.0),
    )
