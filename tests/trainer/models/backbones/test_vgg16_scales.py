"""Pretrained features of VGG-16 are scaled to about 1 where maps of different sizes are joined."""

from __future__ import annotations

import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from tests.fakes import applications, segmenters, shared_files
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.data import images
from trainer.export import network
from trainer.models.backbones import vgg16, vgg16_weights
from trainer.models.backbones.vgg16 import TYPICAL_VALUES
from trainer.models.split import split

PHOTOGRAPHS = [
    shared_files.PETS / f"images/{name}.jpg" for name in ("Bengal_1", "american_bulldog_100")
]
CONFIGS = {**segmenters.CONFIGS, "unet_vgg16": applications.unet("vgg16")}
SCALED = {
    "fcn8s": ["block3_pool", "block4_pool"],
    "fcn16s": ["block4_pool"],
    "fcn32s": [],
    "vgg16_deconv": ["block3_conv3", "block4_conv3", "block5_conv3", "block5_pool"],
    "unet_vgg16": ["block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3", "block5_pool"],
    "unet_mobilenet_v2": [],
}

IMAGES = [np.random.default_rng(0).uniform(0, 255, size) for size in ((40, 56, 3), (33, 31, 3))]


def find_factors(model: keras.Model) -> dict[str, float]:
    """What the features of which layers are multiplied by."""
    layers = [layer for layer in model.layers if layer.name.endswith("_scaled")]
    return {layer.name.removesuffix("_scaled"): layer.scale for layer in layers}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Weights of each narrow network, as Keras writes them."""
    home = tmp_path_factory.mktemp("weights")
    keras.utils.set_random_seed(0)
    for name in ("vgg16", "mobilenet_v2"):
        source = applications.draw_source(applications.classifier(name))
        source.save_weights(home / f"{name}.weights.h5")
    return home


@pytest.fixture(scope="module")
def build(files):
    """Builds the model of that name with the weights of its file."""

    def build(name: str) -> keras.Model:
        source = "mobilenet_v2" if name == "unet_mobilenet_v2" else "vgg16"
        config = replace(CONFIGS[name], weights=str(files / f"{source}.weights.h5"))
        return segmenters.disturbed(config)

    return build


@pytest.mark.skipif(
    not all(path.is_file() for path in (shared_files.VGG16, *PHOTOGRAPHS)),
    reason="ImageNet's VGG-16 or the photographs of pets are not next to the repository",
)
def test_the_typical_values_are_those_of_photographs():
    config = segmenters.vgg("vgg16_deconv", width=1.0, weights=str(shared_files.VGG16))
    inputs, maps = vgg16.build_backbone(config, mean=[0] * 3, std=[1] * 3)
    features = {name: maps[name].features for name in TYPICAL_VALUES}
    model = vgg16_weights.read(keras.Model(inputs, features), config)
    batches = [batch_of([images.load(path.read_bytes(), 224).numpy()]) for path in PHOTOGRAPHS]

    for found in map(model, batches):
        for name, typical in TYPICAL_VALUES.items():
            assert 2 / 3 < np.sqrt(np.mean(np.square(found[name]))) / typical < 3 / 2, name


@pytest.mark.parametrize("name", SCALED)
def test_pretrained_features_are_divided_where_they_are_joined(name, build):
    factors = {layer: 1 / TYPICAL_VALUES[layer] for layer in SCALED[name]}

    model = build(name)
    again = network.build(json.loads(network.describe(model))["layers"])

    assert find_factors(model) == find_factors(again) == factors


@pytest.mark.parametrize("name", SCALED)
def test_backbone_and_head_with_divided_features_answer_as_the_whole_model(name, build):
    model = build(name)

    features, head = split(model, models.BACKBONES[CONFIGS[name].name])

    inputs = batch_of(IMAGES)
    found = head(features(inputs, training=False), training=False)
    np.testing.assert_allclose(found, model(inputs, training=False), atol=1e-5)


@pytest.mark.parametrize("name", SCALED)
def test_divided_features_do_not_depend_on_padding(name, build):
    model = build(name)

    padded = segmenters.answer(model, batch_of(IMAGES))

    for answer, image in zip(padded, IMAGES, strict=True):
        (alone,) = segmenters.answer(model, batch_of([image]))
        height, width, _ = image.shape
        np.testing.assert_allclose(answer[:height, :width], alone, atol=1e-4)


@pytest.mark.parametrize("name", SCALED)
def test_features_of_new_weights_stay_as_they_are(name):
    assert not find_factors(segmenters.build(CONFIGS[name]))
