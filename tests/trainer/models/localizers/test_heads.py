"""Localizers: any size in, and a class and a box that do not depend on the batch."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny, tiny_boxes
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.models import geometry
from trainer.models.localizers.heads import BoxPooling

CONFIGS = {
    experiment.model.name: experiment.model
    for experiment in (tiny_boxes.EXPERIMENT, tiny_boxes.LITE0)
}
SIZES = {
    "both-parities": [(17, 33), (64, 20), (16, 16), (33, 17)],
    "single-pixels": [(1, 1), (1, 9), (8, 1), (5, 4)],
    "far-apart": [(1, 1), (64, 97)],
}


def build(config):
    """The model, its weights moved from where they start, so that padding would show."""
    keras.utils.set_random_seed(0)
    model, random = models.build(config, tiny.STATISTICS), np.random.default_rng(0)
    model.set_weights([w + abs(random.normal(0, 0.05, w.shape)) for w in model.get_weights()])
    return model


MODELS = {name: build(config) for name, config in CONFIGS.items()}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param]


def answer(model, images, **padding):
    return np.array(model(batch_of(images, **padding), training=False))


@pytest.mark.parametrize("fill", [0, 255])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_the_answer_is_the_same_alone_and_in_a_batch(model, sizes, fill):
    images = [tiny.pixels(*size, seed) for seed, size in enumerate(sizes)]
    alone = np.concatenate([answer(model, [image]) for image in images])

    np.testing.assert_allclose(answer(model, images, fill=fill, room=7), alone, atol=1e-4)


def test_a_box_has_an_area_and_images_get_different_ones(model):
    first, second = answer(model, [np.zeros((64, 64, 3)), tiny.pixels(64, 64)])

    assert (first[-2:] > first[-4:-2]).all()
    assert np.abs(first - second)[-4:].max() > 1e-4


def test_a_single_pixel_is_the_smallest_input(model):
    assert geometry.find_smallest_input(model) == (1, 1)


def test_the_stride_of_votes_is_that_of_their_map(model):
    pooling = model.get_layer("box")

    assert geometry.compute_strides(model)["box_votes"] == (pooling.stride, pooling.stride)


def test_a_saved_model_answers_as_the_model_does(model, tmp_path):
    holder = tf.Module()
    holder.model = model
    holder.answer = tf.function(
        lambda image, size: model({"image": image, "size": size}, training=False),
        input_signature=[
            tf.TensorSpec([None, None, None, 3], tf.float32),
            tf.TensorSpec([None, 2], tf.int32),
        ],
    )
    tf.saved_model.save(holder, tmp_path)
    inputs = batch_of([tiny.pixels(17, 40), tiny.pixels(33, 9)])

    loaded = tf.saved_model.load(tmp_path)
    found = loaded.answer(inputs["image"], inputs["size"])
    np.testing.assert_allclose(found, np.array(model(inputs, training=False)), atol=1e-4)


def pool(votes, size, stride=4):
    """The box of one image, computed by the layer."""
    votes = np.float32(votes)[None]
    return np.array(BoxPooling(stride)(votes, np.ones((*votes.shape[:3], 1)), np.array([size])))[0]


def test_the_box_of_a_certain_position_is_its_centre_and_distances():
    votes = np.full((3, 5, 5), -50.0)  # Distances of 0.
    votes[1, 2] = [50.0, *np.log(np.expm1([0.5, 1.0, 1.5, 2.0]))]

    found = pool(votes, (12, 20))

    # The centre of row 1 and column 2 is at 6 and 10 pixels, a stride is 4 pixels.
    np.testing.assert_allclose(found, np.array([4, 6, 12, 18]) / [12, 20, 12, 20], atol=1e-5)


def test_positions_of_equal_weight_have_the_mean_box():
    votes = np.zeros((1, 2, 5))
    votes[..., 1:] = np.log(np.expm1(0.5))

    found = pool(votes, (4, 8))

    np.testing.assert_allclose(found, np.array([0, 2, 4, 6]) / [4, 8, 4, 8], atol=1e-6)


def test_votes_in_the_padding_do_not_count():
    votes = np.random.default_rng(0).normal(0, 1, (1, 3, 4, 5)).astype("float32")
    valid = np.zeros((1, 3, 4, 1), "float32")
    valid[:, :2, :3] = 1
    other = np.where(valid > 0, votes, 9.0)
    size = np.array([[8, 12]])

    layer = BoxPooling(4)
    np.testing.assert_allclose(layer(votes, valid, size), layer(other, valid, size), atol=1e-6)


def test_the_layer_is_built_again_from_its_configuration():
    assert BoxPooling.from_config(BoxPooling(16).get_config()).stride == 16
