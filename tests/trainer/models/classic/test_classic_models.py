"""Every network of the textbooks takes any size, and its answer depends on no batch."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import classic, tiny
from tests.fakes.images.padded import batch_of
from trainer.models import geometry
from trainer.models.backbones.affine import MaskedBatchNormalization

MODELS = {name: classic.build(c) for name, c in (classic.ANY_SIZE | classic.FIXED_SIZE).items()}
SIZES = {
    "both-parities": [(17, 33), (64, 20), (16, 16), (33, 17)],
    "single-pixels": [(1, 1), (1, 9), (8, 1), (5, 4)],
    "far-apart": [(1, 1), (64, 97)],
}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param]


@pytest.mark.parametrize("fill", [0, 255])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_the_answer_is_the_same_alone_and_in_a_batch(model, sizes, fill):
    images = [tiny.pixels(*size, seed) for seed, size in enumerate(sizes)]
    alone = np.concatenate([classic.answer(model, [image]) for image in images])

    together = classic.answer(model, images, fill=fill, room=7)
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-4)


def test_images_get_different_answers(model):
    first, second = classic.answer(model, [np.zeros((40, 40, 3)), tiny.pixels(40, 40)])

    assert np.abs(first - second).max() > 1e-3


def test_a_single_pixel_is_the_smallest_input(model):
    assert geometry.find_smallest_input(model) == (1, 1)


def test_a_model_is_built_again_from_its_configuration(model):
    kinds = {type(layer).__name__: type(layer) for layer in model.layers}
    again = type(model).from_config(model.get_config(), custom_objects=kinds)
    again.set_weights(model.get_weights())
    images = [tiny.pixels(17, 40)]

    expected = classic.answer(model, images)
    np.testing.assert_allclose(classic.answer(again, images), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["tutorial-conv-max", "se_resnet34", "googlenet", "lenet5"])
def test_a_saved_model_answers_alone_as_in_a_batch(name, tmp_path):
    holder = tf.Module()
    holder.model = model = MODELS[name]
    holder.answer = tf.function(
        lambda image, size: model({"image": image, "size": size}, training=False),
        input_signature=[
            tf.TensorSpec([None, None, None, 3], tf.float32),
            tf.TensorSpec([None, 2], tf.int32),
        ],
    )
    tf.saved_model.save(holder, tmp_path)
    images = [tiny.pixels(17, 40), tiny.pixels(33, 9)]
    inputs = batch_of(images, fill=255, room=5)

    loaded = tf.saved_model.load(tmp_path)  # Its function needs it as long as it is called.
    together = loaded.answer(inputs["image"], inputs["size"])
    alone = np.concatenate([classic.answer(model, [image]) for image in images])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-4)


WITH_NORMALIZATION = {
    "tutorial_fcn": replace(classic.tutorial("dense", "max"), dropout=0.0),
    "resnet34": classic.ANY_SIZE["resnet34"],
}


@pytest.mark.parametrize("config", WITH_NORMALIZATION.values(), ids=WITH_NORMALIZATION)
def test_statistics_of_normalization_leave_out_padding(config):
    model = classic.build(config)
    layer = next(x for x in model.layers if isinstance(x, MaskedBatchNormalization))
    inside = keras.Model(model.inputs, layer.output)
    before, seen = layer.get_weights(), []
    for room in (0, 31):
        layer.set_weights(before)
        inside(batch_of([tiny.pixels(32, 32)], fill=255, room=room), training=True)
        seen.append(layer.get_weights()[2:])

    np.testing.assert_allclose(seen[0], seen[1], atol=1e-5)
    assert np.abs(seen[0][0] - before[2]).max() > 1e-4
