"""Networks of keras.applications under masks: Keras's answers, for any size, in any batch."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tests.fakes import applications, segmenters, tiny
from tests.fakes.images.padded import batch_of
from trainer.models import geometry, split
from trainer.models.applications import weights
from trainer.models.applications.networks import NETWORKS, name_layers

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


def test_features_are_those_of_keras(config, model):
    network, source = NETWORKS[config.backbone], weights.load_source(config)
    named, image = name_layers(source, network), tiny.pixels(64, 96)
    names = (*network.skips, network.end, source.layers[-1].name)
    ours = keras.Model(model.inputs, [model.get_layer(name).output for name in names])
    normal = keras.Model(model.inputs, model.get_layer("normalize").output)

    pixels = np.pad(normal(batch_of([image])), [(0, 0), *[(network.border,) * 2] * 2, (0, 0)])
    expected = keras.Model(source.inputs, [named[name].output for name in names])(pixels)
    for name, found, wanted in zip(names, ours(batch_of([image])), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4, err_msg=name)


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
    network, strides = NETWORKS[config.backbone], geometry.compute_strides(model)

    assert geometry.find_smallest_input(model) == (1, 1)
    found = [strides[name] for name in (*network.skips, network.end)]
    assert found == [(stride, stride) for stride in (2, 4, 8, 16, 32)]


def test_only_squeeze_and_excitation_looks_at_the_whole_image(config, model):
    whole = geometry.find_receptive_field(model) is None

    assert whole == (config.name == "efficientnet_v2_b0")


def test_each_weight_of_the_backbone_is_in_a_group(config, model):
    groups = NETWORKS[config.backbone].groups
    found = {split.find_group(v.path.split("/")[0], groups) for v in model.variables}

    assert found == {None, *range(len(groups))}
