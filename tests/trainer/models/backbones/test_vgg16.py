"""VGG-16's features of any size."""

from __future__ import annotations

import keras
import numpy as np

from tests.fakes import segmenters
from tests.fakes.images.padded import batch_of
from trainer.models.backbones import vgg16

MEAN, STD = (10.0, 20.0, 30.0), (2.0, 4.0, 5.0)


def features(weights="none", width=1 / 16):
    config = segmenters.vgg("fcn8s", weights=weights, width=width)
    inputs, maps = vgg16.build_backbone(config, mean=MEAN, std=STD)
    return keras.Model(inputs, {name: found.features for name, found in maps.items()})


def test_layers_have_the_names_and_channels_of_keras():
    with keras.StatelessScope(initialize_variables=False):
        ours, keras_own = features(width=1.0), keras.applications.VGG16(False, weights=None)
    expected = {layer.name: layer.output.shape[-1] for layer in keras_own.layers[1:]}

    found = {name: tensor.shape[-1] for name, tensor in ours.output.items() if name != "image"}
    assert found == expected


def test_a_width_scales_channels_and_leaves_one_at_least():
    assert features(width=1 / 8).get_layer("block4_conv1").filters == 64
    assert features(width=1 / 1000).get_layer("block1_conv1").filters == 1


def test_pooling_rounds_up():
    maps = features()(batch_of([np.ones((33, 5, 3))]))
    sides = [tuple(maps[f"block{n}_pool"].shape[1:3]) for n in range(1, 6)]

    assert sides == [(17, 3), (9, 2), (5, 1), (3, 1), (2, 1)]


def test_without_weights_channels_are_normalized_as_the_data_says():
    row = np.array([[MEAN, np.add(MEAN, STD)]])

    np.testing.assert_allclose(features()(batch_of([row]))["image"][0, 0], [[0] * 3, [1] * 3])


def test_with_weights_pixels_are_those_that_vgg_was_trained_on():
    image = np.random.default_rng(0).uniform(0, 255, (4, 5, 3)).astype("float32")
    found = features("a file that is read later")(batch_of([image]))["image"][0]

    expected = keras.applications.vgg16.preprocess_input(image.copy())
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_padding_stays_zero_after_each_layer():
    model = features()
    model.set_weights([weights + 0.1 for weights in model.get_weights()])
    maps = model(batch_of([np.ones((16, 16, 3))], fill=255, room=16))

    for name, found in maps.items():
        own = found.shape[1] // 2 or 1
        assert not np.any(found[:, own:]), name
        assert not np.any(found[:, :, own:]), name
