"""Pretrained features of VGG-16 are scaled to about 1 where maps of different sizes are joined."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.fakes import applications, segmenters
from tests.fakes.images.padded import batch_of
from trainer.data import images
from trainer.models.backbones import vgg16, vgg16_weights
from trainer.models.backbones.vgg16 import TYPICAL

SHARED = Path(__file__).parents[5] / "shared"
IMAGENET = SHARED / "weights/vgg16_notop.weights.h5"
PHOTOGRAPHS = [
    SHARED / f"data/pets/images/{name}.jpg" for name in ("Bengal_1", "american_bulldog_100")
]
CONFIGS = {
    "fcn8s": segmenters.vgg("fcn8s"),
    "fcn16s": segmenters.vgg("fcn16s"),
    "fcn32s": segmenters.vgg("fcn32s"),
    "vgg16_deconv": segmenters.vgg("vgg16_deconv"),
    "unet_vgg16": applications.unet("vgg16"),
    "unet_mobilenet_v2": applications.unet("mobilenet_v2"),
}
SCALED = {
    "fcn8s": ["block3_pool", "block4_pool"],
    "fcn16s": ["block4_pool"],
    "fcn32s": [],
    "vgg16_deconv": ["block3_conv3", "block4_conv3", "block5_conv3", "block5_pool"],
    "unet_vgg16": ["block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3", "block5_pool"],
    "unet_mobilenet_v2": [],
}


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


@pytest.mark.skipif(not IMAGENET.exists(), reason="ImageNet's weights of VGG-16 are not here")
def test_the_typical_values_are_those_of_photographs():
    config = segmenters.vgg("vgg16_deconv", width=1.0, weights=str(IMAGENET))
    inputs, maps = vgg16.build_backbone(config, mean=[0] * 3, std=[1] * 3)
    features = {name: maps[name].features for name in TYPICAL}
    model = vgg16_weights.read(keras.Model(inputs, features), config)
    batches = [batch_of([images.load(path.read_bytes(), 224).numpy()]) for path in PHOTOGRAPHS]

    for found in map(model, batches):
        for name, typical in TYPICAL.items():
            assert 2 / 3 < np.sqrt(np.mean(np.square(found[name]))) / typical < 3 / 2, name


@pytest.mark.parametrize("name", CONFIGS)
def test_pretrained_features_are_divided_where_they_are_joined(name, files):
    network = "mobilenet_v2" if name == "unet_mobilenet_v2" else "vgg16"
    config = replace(CONFIGS[name], weights=str(files / f"{network}.weights.h5"))
    model = segmenters.build(config)

    assert find_factors(model) == {layer: 1 / TYPICAL[layer] for layer in SCALED[name]}


@pytest.mark.parametrize("name", CONFIGS)
def test_features_of_new_weights_stay_as_they_are(name):
    assert not find_factors(segmenters.build(CONFIGS[name]))
