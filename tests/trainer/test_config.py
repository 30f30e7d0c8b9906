"""Experiments: what they refuse, and how they travel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import tiny
from trainer import config, configs
from trainer.config import Threshold

EXPERIMENT = tiny.EXPERIMENT


def test_an_experiment_survives_the_way_through_json():
    experiment = replace(EXPERIMENT, gate=(Threshold(metric="accuracy", at_least=0.5),))

    assert config.from_json(config.to_json(experiment)) == experiment
    assert "\n" not in config.to_json(experiment)


def test_code_is_held_to_the_same_values():
    with pytest.raises(ValueError, match="epochs"):
        replace(EXPERIMENT.train, epochs=0)


PETS = configs.load("pets")


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_every_experiment_survives_the_way_through_json(name):
    assert config.from_json(config.to_json(configs.load(name))) == configs.load(name)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"model": EXPERIMENT.model}, "model.name=fcn makes no masks", id="model"),
        pytest.param({"gate": EXPERIMENT.gate}, "accuracy is not measured", id="gate"),
        pytest.param(
            {"augment": replace(PETS.augment, mixup=0.2)}, "augment.mixup blends", id="mixup"
        ),
        pytest.param(
            {"train": replace(PETS.train, class_weights=(1.0, 2.0))}, "needs 3", id="weights"
        ),
        pytest.param(
            {"data": replace(PETS.data, classes=("pet", "ground"))}, "not equally", id="classes"
        ),
    ],
)
def test_masks_are_not_mixed_with_what_belongs_to_classes(changed, message):
    with pytest.raises(ValueError, match=message):
        replace(PETS, **changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"model": PETS.model}, "unet_small makes masks", id="model"),
        pytest.param({"gate": PETS.gate}, "mean_iou is not measured", id="gate"),
        pytest.param({"train": replace(EXPERIMENT.train, dice=0.5)}, "for masks", id="dice"),
    ],
)
def test_classes_are_not_mixed_with_what_belongs_to_masks(changed, message):
    with pytest.raises(ValueError, match=message):
        replace(EXPERIMENT, **changed)


@pytest.mark.parametrize(
    ("values", "ignored"),
    [
        pytest.param((1, 1, 2), None, id="twice"),
        pytest.param((1, 2), 2, id="ignored-and-a-class"),
        pytest.param((1,), None, id="one-class"),
        pytest.param((0, 256), None, id="no-byte"),
    ],
)
def test_mask_values_that_mean_nothing_are_refused(values, ignored):
    with pytest.raises(ValueError, match="values"):
        replace(PETS.data.mask, values=values, ignored=ignored)
