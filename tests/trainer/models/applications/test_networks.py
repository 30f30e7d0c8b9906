"""What models know of Keras's networks: their pixels, and the names of their layers."""

from __future__ import annotations

from types import ModuleType

import keras
import numpy as np
import pytest

from tests.fakes import applications
from tests.fakes.images.padded import batch_of
from trainer.models.applications.networks import NETWORKS, normalize_pixels
from trainer.models.inputs import build_inputs

MEAN, STD = (10.0, 20.0, 30.0), (2.0, 4.0, 5.0)
KERAS: dict[str, ModuleType] = {
    "mobilenet_v2": keras.applications.mobilenet_v2,
    "resnet50": keras.applications.resnet50,
    "resnet50_v2": keras.applications.resnet_v2,
    "xception": keras.applications.xception,
    "vgg16": keras.applications.vgg16,
}


def normal(name, image, **values):
    """The image as the network sees it."""
    inputs, mask = build_inputs(3)
    config = applications.classifier(name, **values)
    x = normalize_pixels(inputs["image"], mask, config, mean=MEAN, std=STD)
    return np.array(keras.Model(inputs, x)(batch_of([image])))


def draw_image():
    return np.random.default_rng(0).uniform(0, 255, (4, 5, 3)).astype("float32")


@pytest.mark.parametrize("name", KERAS)
def test_with_weights_pixels_are_those_of_keras(name):
    expected = KERAS[name].preprocess_input(draw_image()[None])

    np.testing.assert_allclose(normal(name, draw_image(), weights="file"), expected, atol=1e-4)


def test_efficientnet_has_its_own_layers_for_pixels():
    with keras.StatelessScope(initialize_variables=False):
        whole = keras.applications.EfficientNetV2B0(include_top=False, weights=None)
    first = keras.Model(whole.inputs, whole.layers[2].output)

    found = normal("efficientnet_v2_b0", draw_image(), weights="file")
    np.testing.assert_allclose(found, first(draw_image()[None]), atol=1e-4)


def test_without_weights_channels_are_normalized_as_the_data_says():
    row = np.array([[MEAN, np.add(MEAN, STD)]])

    np.testing.assert_allclose(normal("resnet50", row)[0, 0], [[0] * 3, [1] * 3], atol=1e-5)


def test_the_networks_are_those_that_an_experiment_may_name():
    assert set(KERAS) | {"efficientnet_v2_b0"} == set(NETWORKS)
