"""The signature `plan_tiles`: how tiles lie, or why the whole image's answer is not theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest
import tensorflow as tf

from tests.fakes import tiled_models, tiny
from tests.fakes.tiled_models import CLASSIFIER, SEGMENTER
from trainer import models
from trainer.classic_config import ResNetConfig
from trainer.config import ServeConfig
from trainer.export import saved_model

SIZES = tf.constant([[61, 83], [30, 400]])


def plan(experiment):
    statistics = tiny.statistics_of(experiment)
    model = models.build(experiment.model, statistics)
    module = saved_model.build_module(model, statistics, experiment)
    found = module.plan_tiles(SIZES)
    return {name: value.numpy().tolist() for name, value in found.items()}


def test_a_segmenter_says_how_tiles_lie():
    found = plan(SEGMENTER)

    assert found["reasons"] == found["poolings"] == [b"", b""]
    assert found["strides"] == [[4, 4]] * 2
    assert found["halos"][0][0] % 4 == 0
    assert found["halos"][0][0] > 0
    assert found["labels"][1] == [name.encode() for name in SEGMENTER.data.classes]


@pytest.mark.parametrize("tile", [None, 16])
def test_a_segmenter_says_whether_it_averages_over_mirrored_images(tile):
    mirrored = tiled_models.MODELS["mirrored"]
    found = plan(replace(mirrored, serve=replace(mirrored.serve, tile=tile)))

    assert found["reasons"] == [b"", b""]
    assert found["mirrored"] == [True, True]
    assert plan(SEGMENTER)["mirrored"] == [False, False]


def test_a_segmenter_says_that_its_scores_are_probabilities():
    assert plan(SEGMENTER)["gives_probabilities"] == [True, True]
    assert plan(CLASSIFIER)["gives_probabilities"] == [False, False]


def test_a_classifier_says_how_scores_become_logits():
    assert plan(CLASSIFIER)["poolings"] == [b"mean"] * 2
    assert plan(tiled_models.MODELS["peaks"])["poolings"] == [b"max"] * 2


def test_only_an_image_over_the_models_side_would_be_scaled():
    found = plan(replace(SEGMENTER, serve=ServeConfig(max_side=100)))

    assert found["reasons"][0] == b""
    assert b"at most 100 pixels of a side" in found["reasons"][1]


REASONS = {
    "sides": (tiled_models.MODELS["sides"], b"set model.sides=[]"),
    "sizing": (tiny.with_values("data.sizing=crop_or_pad"), b"set data.sizing=limit"),
    "served-crop": (tiny.with_values("serve.crop=[0, 0, 0.5, 0.5]"), b"serve.crop"),
    "crop": (tiny.with_values("data.crop=[0, 0, 0.5, 0.5]"), b"data.crop"),
    "layer": (
        replace(tiny.EXPERIMENT, model=ResNetConfig(name="se_resnet34", width=0.125)),
        b"_se",
    ),
    "logits": (tiled_models.MODELS["squares"], b"not a mean or a maximum of scores"),
}


@pytest.mark.parametrize("name", REASONS)
def test_a_model_whose_answer_is_not_that_of_its_tiles_says_why(name):
    experiment, reason = REASONS[name]

    found = plan(experiment)["reasons"]

    assert found[0] == found[1]
    assert reason in found[0]
