"""The classifier: any size in, and an answer that does not depend on the batch."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import tiny
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.models import layers

KINDS = [(head, pooling) for head in ("conv", "dense") for pooling in ("average", "max")]
# Random weights: gains and biases that are not zero, so that padding would show.
MODELS = {kind: tiny.model_of(*kind) for kind in KINDS}
SIZES = {
    "both-parities": [(17, 33), (64, 20), (16, 16), (33, 17)],
    "single-pixels": [(1, 1), (1, 9), (8, 1), (5, 4)],
    "one-alone": [(31, 30)],
    "far-apart": [(1, 1), (64, 64)],
}


@pytest.fixture(scope="module", params=KINDS, ids="-".join)
def model(request):
    return MODELS[request.param]


def logits(model, images, **padding):
    return np.array(model(batch_of(images, **padding), training=False))


def alone(model, images):
    return np.concatenate([logits(model, [image]) for image in images])


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_the_answer_is_the_same_alone_and_in_a_batch(model, sizes):
    images = [tiny.pixels(*size, seed) for seed, size in enumerate(sizes)]

    np.testing.assert_allclose(logits(model, images), alone(model, images), atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=2, max_size=4))
def test_the_answer_is_the_same_for_any_sizes(sizes):
    images = [tiny.pixels(*size, seed) for seed, size in enumerate(sizes)]

    for model in MODELS.values():
        np.testing.assert_allclose(logits(model, images), alone(model, images), atol=1e-4)


@pytest.mark.parametrize("room", [0, 1, 13])
def test_the_content_of_the_padding_does_not_matter(model, room):
    images = [tiny.pixels(17, 33), tiny.pixels(64, 20)]

    white = logits(model, images, fill=255, room=room)
    np.testing.assert_allclose(white, alone(model, images), atol=1e-4)


def test_images_get_different_answers(model):
    black, noise = np.zeros((20, 20, 3), np.uint8), tiny.pixels(20, 20)

    assert np.abs(logits(model, [black]) - logits(model, [noise])).max() > 1e-3


def test_the_last_rows_and_columns_count(model):
    image = tiny.pixels(17, 33)
    for edge in (np.s_[-1], np.s_[:, -1]):
        changed = image.copy()
        changed[edge] = 255 - changed[edge]
        assert np.abs(logits(model, [image]) - logits(model, [changed])).max() > 1e-5


def test_a_model_starts_with_blocks_that_are_their_shortcuts():
    fresh = models.build(tiny.EXPERIMENT.model, tiny.STATISTICS)
    gains = [layer for layer in fresh.layers if isinstance(layer, layers.Gain)]

    assert len(gains) == 2
    assert all(float(gain.factor) == 0 for gain in gains)


def test_channels_are_normalized_as_the_data_says():
    model, statistics = MODELS[KINDS[0]], tiny.STATISTICS
    inside = keras.Model(model.inputs, model.get_layer("normalize").output)
    row = np.array([statistics.mean, np.add(statistics.mean, statistics.std)], "float32")
    normal = inside([row[None, None], np.array([[1, 2]], "int32")])

    np.testing.assert_allclose(normal[0, 0], [[0] * 3, [1] * 3], atol=1e-4)


def test_each_stage_has_its_blocks():
    config = replace(tiny.EXPERIMENT.model, widths=(4, 6, 8), blocks=2)
    names = {layer.name for layer in models.build(config, tiny.STATISTICS).layers}

    assert {"stage0_block1_add", "stage2_block1_add"} <= names
    assert "stage0_block2_add" not in names


def test_an_unknown_model_is_refused_with_those_that_exist():
    with pytest.raises(ValueError, match="'fcn'"):
        replace(tiny.EXPERIMENT.model, name="vgg")
