"""Each model has an experiment to train in, and is timed."""

from __future__ import annotations

import pytest

from pipeline.bench.training import experiments, measurement, peaks
from pipeline.bench.training.setting import Photographs, Setting
from trainer.models import BUILDERS

SETTING = Setting(Photographs("unused", (), ()), seconds=0.01, precision="float32")


@pytest.mark.parametrize("name", BUILDERS)
def test_each_model_has_an_experiment(name):
    assert experiments.choose_experiment(name).model.name == name


@pytest.mark.parametrize("task", experiments.STAND_INS)
def test_targets_fit_the_loss_of_the_task(task):
    targets = experiments.TARGETS[task](2, 4, 3)

    expected = {"classes": (2, 3), "masks": (2, 4, 4, 1), "boxes": (2, 7)}
    assert targets.shape == expected[task]


def test_a_training_is_timed_at_the_size_of_its_experiment():
    training = experiments.prepare_model("mlp", SETTING)

    assert (training.name, training.pixels) == ("mlp (mnist-dense)", 28**2)
    assert measurement.time_batches(training, SETTING.seconds) > 0


def test_peaks_are_measured():
    assert peaks.measure_multiplication("float32", side=32) > 0
    assert peaks.measure_convolution("float32", side=8, channels=4) > 0
