"""Networks of keras.applications under masks: Keras's features, for any size, in any batch."""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np
import pytest

from tests.fakes import applications, tiny
from tests.fakes.images.padded import batch_of
from trainer.models import geometry
from trainer.models.applications import masking, weights
from trainer.models.applications.networks import NETWORKS, Network, build_backbone, name_layers
from trainer.models.layers import Map
from trainer.models.split import find_group

STRIDES = (2, 4, 8, 16, 32, 32)


class Built(NamedTuple):
    """A network as Keras builds it, narrow, and ours with its weights."""

    network: Network
    source: keras.Model
    ours: keras.Model  # To the pixels, the skips, the end, and the last map.


@pytest.fixture(scope="module", params=NETWORKS)
def built(request):
    config = applications.classifier(request.param, weights="drawn")
    source, network = applications.draw_source(config), NETWORKS[request.param]
    inputs, maps = build_backbone(config, source, mean=[0] * 3, std=[1] * 3)
    names = ("image", *network.skips, network.end, source.layers[-1].name)
    model = keras.Model(inputs, [maps[name].features for name in names])
    return Built(network, source, weights.read(model, source, config))


def test_features_are_those_of_keras(built):
    pixels, *found = built.ours(batch_of([tiny.pixels(64, 96)]))
    border = (built.network.border, built.network.border)
    named = name_layers(built.source, built.network)
    names = (*built.network.skips, built.network.end, built.source.layers[-1].name)
    keras_own = keras.Model(built.source.input, [named[name].output for name in names])

    expected = keras_own(np.pad(pixels, [(0, 0), border, border, (0, 0)]))
    for name, one, other in zip(names, found, expected, strict=True):
        size = np.std(other)
        assert size > 1e-2, name
        np.testing.assert_allclose(one, other, atol=1e-3 * size, err_msg=name)


def test_features_are_the_same_alone_and_in_a_batch(built):
    sizes = [(17, 33), (64, 20), (1, 9), (33, 63)]
    images = [tiny.pixels(*size, seed) for seed, size in enumerate(sizes)]
    together = built.ours(batch_of(images, fill=255, room=7))

    for n, image in enumerate(images):
        alone = built.ours(batch_of([image]))
        for stride, one, other in zip((1, *STRIDES), together, alone, strict=True):
            height, width = (-(-side // stride) for side in image.shape[:2])
            assert other.shape[1:3] == (height, width)
            np.testing.assert_allclose(one[n, :height, :width], other[0], atol=1e-4)


def test_any_image_fits_and_maps_have_their_strides(built):
    strides = geometry.compute_strides(built.ours)
    makers = geometry.map_outputs_to_layers(built.ours)
    found = [strides[makers[id(tensor)]] for tensor in built.ours.outputs]

    assert geometry.find_smallest_input(built.ours) == (1, 1)
    assert found == [(stride, stride) for stride in (1, *STRIDES)]


def test_only_squeeze_and_excitation_looks_at_the_whole_image(built):
    whole = geometry.find_receptive_field(built.ours) is None

    assert whole == (built.network is NETWORKS["efficientnet_v2_b0"])


def test_each_weight_is_in_a_group_and_each_group_has_weights(built):
    groups = built.network.groups
    names = {weight.path.split("/")[0] for weight in built.ours.weights}

    assert {find_group(name, groups) for name in names} == set(range(len(groups)))


def test_a_layer_without_a_rule_is_refused():
    image = keras.Input((None, None, 3))
    pooled = keras.layers.AveragePooling2D(2, name="halved")(image)
    named = {layer.name: layer for layer in keras.Model(image, pooled).layers}

    with pytest.raises(ValueError, match="'halved' is a AveragePooling2D"):
        masking.add_masks(named, Map(image, image[..., :1]), "frozen")
