"""Networks of keras.applications under masks: Keras's answers, for any size, in any batch."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tests.fakes import applications, segmenters, tiny
from tests.fakes.images.padded import batch_of
from trainer.models import geometry, split
from trainer.models.applications import weights
from trainer.models.applications.networks import NETWORKS, build_backbone, name_layers

SIZES = {
    "both-parities": [(17, 33), (64, 20), (16, 16), (33, 17)],
    "single-pixels": [(1, 1), (1, 9), (8, 1), (5, 4)],
    "far-apart": [(1, 1), (64, 97)],
}


@pytest.fixture(scope="module", params=NETWORKS)
def config(request, tmp_path_factory):
    """A narrow classifier whose weights are those of a file."""
    config = applications.classifier(request.param, pooling="max")
    return applications.read_from(config, tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def model(config):
    return segmenters.build(config, tiny.STATISTICS)


def list_maps(config):
    """The inputs of the network under masks, and its maps that others read, by name."""
    source = weights.load_source(config)
    inputs, maps = build_backbone(config, source, mean=[0] * 3, std=[1] * 3)
    network = NETWORKS[config.backbone]
    names = (*network.skips, network.end, source.layers[-1].name)
    return source, inputs, {name: maps[name].features for name in ("image", *names)}


def test_features_are_those_of_keras(config):
    source, inputs, maps = list_maps(config)
    ours = weights.read(keras.Model(inputs, maps), source, config)
    found = ours(batch_of([tiny.pixels(64, 96)]))
    network = NETWORKS[config.backbone]
    named, border = name_layers(source, network), (network.border, network.border)
    names = [name for name in maps if name != "image"]

    pixels = np.pad(found["image"], [(0, 0), border, border, (0, 0)])
    expected = keras.Model(source.inputs, [named[name].output for name in names])(pixels)
    for name, wanted in zip(names, expected, strict=True):
        np.testing.assert_allclose(found[name], wanted, rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("fill", [0, 255])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_the_answer_is_the_same_alone_and_in_a_batch(model, sizes, fill):
    images = [tiny.pixels(*size, seed) for seed, size in enumerate(sizes)]
    alone = [segmenters.answer(model, batch_of([image]))[0] for image in images]
    together = segmenters.answer(model, batch_of(images, fill=fill, room=7))

    assert np.isfinite(together).all()
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_images_get_different_answers(model):
    first, second = segmenters.answer(model, batch_of([np.zeros((40, 40, 3)), tiny.pixels(40, 40)]))

    assert np.abs(first - second).max() > 1e-3


def test_any_image_fits_and_skips_have_their_strides(config, model):
    _, inputs, maps = list_maps(config)
    encoder = keras.Model(inputs, maps)
    strides, makers = geometry.compute_strides(encoder), geometry.map_outputs_to_layers(encoder)

    assert geometry.find_smallest_input(model) == (1, 1)
    found = [strides[makers[id(tensor)]] for tensor in maps.values()]
    assert found == [(stride, stride) for stride in (1, 2, 4, 8, 16, 32, 32)]


def test_only_squeeze_and_excitation_looks_at_the_whole_image(config, model):
    whole = geometry.find_receptive_field(model) is None

    assert whole == (config.name == "efficientnet_v2_b0")


def test_each_weight_of_the_backbone_is_in_a_group(config, model):
    groups = NETWORKS[config.backbone].groups
    found = {split.find_group(v.path.split("/")[0], groups) for v in model.variables}

    assert found == {None, *range(len(groups))}
