"""Dense classifiers as fully convolutional networks: equal scores, and those of real sliding."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.fakes.dense_models import SIDE, initialize, lenet
from trainer.models import geometry
from trainer.models.conversion.checks import list_padding_layers
from trainer.models.conversion.convolutionalize import convolutionalize


def draw(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(3).uniform(0, 255, (2, height, width, 3)).astype("float32")


def transfer() -> keras.Model:
    """A nested base, and nested dense layers."""
    base = keras.Sequential([keras.Input((9, 9, 3)), layers.Conv2D(4, 3, strides=2), layers.ReLU()])
    head = keras.Sequential([keras.Input((64,)), layers.Dense(5), layers.Dense(2)])
    image = keras.Input((9, 9, 3))
    return initialize(keras.Model(image, head(layers.Flatten()(base(image)))))


def sequential() -> keras.Model:
    first = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0])
    return initialize(
        keras.Sequential([keras.Input((5, 6, 3)), first, layers.Flatten(), layers.Dense(4)])
    )


def branches() -> keras.Model:
    """A map that is read by Flatten and by a convolution; scores of both, joined."""
    image = keras.Input((6, 6, 3))
    x = layers.Conv2D(4, 3)(image)
    deep = layers.Dense(3)(layers.Flatten()(layers.Conv2D(2, 3)(x)))
    return initialize(
        keras.Model(image, layers.Concatenate()([deep, layers.Dense(2)(layers.Flatten()(x))]))
    )


MODELS = {
    "lenet": (lenet, (SIDE, SIDE)),
    "padded": (lambda: lenet(padding="same"), (SIDE, SIDE)),
    "transfer": (transfer, (9, 9)),
    "sequential": (sequential, (5, 6)),
    "branches": (branches, (6, 6)),
}


@pytest.mark.parametrize("name", MODELS)
def test_an_image_of_the_original_size_gets_the_original_scores(name):
    build, size = MODELS[name]
    model, pixels = build(), draw(*size)

    scores = convolutionalize(model)(pixels)

    assert scores.shape[1:3] == (1, 1)
    np.testing.assert_allclose(scores[:, 0, 0], model(pixels), rtol=1e-5, atol=1e-5)
    assert np.ptp(model(pixels)) > 1e-3


@pytest.mark.parametrize("name", ["lenet", "sequential", "branches"])
def test_each_position_of_a_larger_image_gets_the_scores_of_its_crop(name):
    build, (height, width) = MODELS[name]
    model = build()
    converted = convolutionalize(model)
    down, right = map(int, geometry.compute_strides(converted)[converted.layers[-1].name])
    pixels = draw(height + 3 * down, width + 2 * right + 1)

    scores = converted(pixels)

    assert scores.shape[1] == 4
    for row, column in np.ndindex(*scores.shape[1:3]):
        crop = pixels[:, row * down :, column * right :][:, :height, :width]
        np.testing.assert_allclose(scores[:, row, column], model(crop), rtol=1e-5, atol=1e-5)


def test_dense_layers_become_a_kernel_of_the_map_and_kernels_of_one():
    converted = convolutionalize(lenet())

    kernels = [converted.get_layer(name).kernel.shape for name in ("fc1", "fc2", "fc3")]
    assert kernels == [(3, 3, 5, 8), (1, 1, 8, 6), (1, 1, 6, 3)]
    assert converted.get_layer("fc2").bias is None
    assert converted.input_shape == (None, None, None, 3)


def test_the_smallest_input_is_what_the_first_dense_layer_needs():
    assert geometry.find_smallest_input(convolutionalize(lenet())) == (18, 18)


def test_the_original_keeps_its_weights():
    model = lenet()
    before = [weight.copy() for weight in model.get_weights()]

    converted = convolutionalize(model)
    converted.set_weights([weight * 0 for weight in converted.get_weights()])

    assert all(map(np.array_equal, before, model.get_weights()))


def test_adapted_statistics_are_carried_over():
    first = layers.Normalization()
    first.adapt(draw(4, 4))
    model = keras.Sequential([keras.Input((4, 4, 3)), first, layers.Flatten(), layers.Dense(2)])
    pixels = draw(4, 4)

    scores = convolutionalize(model)(pixels)

    np.testing.assert_allclose(scores[:, 0, 0], model(pixels), rtol=1e-5, atol=1e-5)


def test_layers_that_pad_are_named():
    assert list_padding_layers(lenet(padding="same")) == ["conv1", "conv2"]
    assert list_padding_layers(lenet()) == []


def stack(*middle: keras.Layer, shape=(6, 6, 3)) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *middle, layers.Dense(2)])


def two_outputs() -> keras.Model:
    image = keras.Input((6, 6, 3))
    flat = layers.Flatten()(image)
    return keras.Model(image, [layers.Dense(2)(flat), layers.Dense(3)(flat)], name="pair")


class Subclassed(keras.Model):
    """A model without a graph."""


@pytest.mark.parametrize(
    ("model", "named"),
    [
        pytest.param(
            lambda: stack(layers.GlobalAveragePooling2D(name="pool")), "'pool'", id="mean"
        ),
        pytest.param(lambda: stack(layers.GlobalMaxPooling2D(name="pool")), "'pool'", id="max"),
        pytest.param(lambda: stack(layers.Conv2D(4, 3)), "no Dense layer after", id="no-flatten"),
        pytest.param(
            lambda: stack(layers.Resizing(4, 4, name="small"), layers.Flatten()),
            "'small' is a Resizing",
            id="size-of-its-own",
        ),
        pytest.param(
            lambda: stack(layers.Flatten(), layers.ReLU(name="late")), "'late'", id="between"
        ),
        pytest.param(
            lambda: stack(layers.Flatten(), layers.Dense(4), layers.RepeatVector(2, name="repeat")),
            "'repeat' is a RepeatVector",
            id="after-dense",
        ),
        pytest.param(
            lambda: stack(layers.LayerNormalization(axis=(1, 2, 3), name="norm"), layers.Flatten()),
            "'norm' has axis",
            id="axis-of-positions",
        ),
        pytest.param(lambda: stack(layers.Dense(3), shape=(6,)), "inputs", id="no-image"),
        pytest.param(two_outputs, "'pair'", id="two-outputs"),
        pytest.param(Subclassed, "Subclassed", id="no-graph"),
    ],
)
def test_what_cannot_be_converted_is_named(model, named):
    with pytest.raises(ValueError, match=named):
        convolutionalize(model())
