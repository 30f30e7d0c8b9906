"""The experiments that exist."""

from __future__ import annotations

import pytest

from trainer import configs, models
from trainer.data import preprocessing
from trainer.model_config import drop_weights


@pytest.mark.parametrize("fast", [False, True], ids=["full", "fast"])
@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_each_experiment_has_its_name(name, fast):
    assert configs.load(name, fast=fast).name == name


def test_an_unknown_experiment_is_refused_with_those_that_exist():
    with pytest.raises(ValueError, match=f"'flower'.* {', '.join(sorted(configs.EXPERIMENTS))}"):
        configs.load("flower")


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_the_short_configuration_has_fewer_epochs(name):
    assert configs.load(name, fast=True).train.epochs < configs.load(name).train.epochs


def test_flowers_has_the_classes_of_its_schema():
    classes = configs.load("flowers").data.classes

    assert classes == ("daisy", "dandelion", "roses", "sunflowers", "tulips")


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_each_experiment_has_a_model_of_its_task(name):
    experiment = configs.load(name)
    channels = experiment.data.channels
    statistics = preprocessing.DataStatistics(
        ("a", "b", "c"), (0.0,) * channels, (1.0,) * channels, ()
    )
    model = models.build(drop_weights(experiment.model), statistics)

    shapes = {"masks": (None, None, None, 3), "classes": (None, 3), "boxes": (None, 3 + 4)}
    assert model.output_shape == shapes[experiment.task]
