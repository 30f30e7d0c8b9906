"""Places of positions, against the pixels that change a position."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tests.fakes import tiny
from trainer import models
from trainer.export import positions
from trainer.model_config import ClassifierConfig, Lite0Config
from trainer.models import geometry

SIDE = 64
STEPS = {
    "window": lambda: [layers.Conv2D(1, 3, padding="same")],
    "halved": lambda: [layers.ZeroPadding2D(1), layers.Conv2D(1, 3, strides=2)],
    "halved-twice": lambda: [layers.Conv2D(1, 3, strides=2, padding="same") for _ in range(2)],
    "averaged": lambda: [layers.AveragePooling2D(2), layers.Conv2D(1, 5, padding="same")],
    "padded-before": lambda: [layers.ZeroPadding2D(((2, 0), (3, 0))), layers.Conv2D(1, 3)],
    "cropped": lambda: [layers.Cropping2D(((2, 1), (0, 3))), layers.AveragePooling2D(4)],
}


def build(steps):
    """A model whose positions are sums of pixels."""
    model = keras.Sequential([keras.Input((None, None, 1)), *steps])
    model.set_weights([np.ones_like(weights) for weights in model.get_weights()])
    return keras.Model(model.inputs, model.outputs)


def find_middle_of_pixels(model, position):
    """The middle of the pixels that change a position's value."""
    image = tf.ones([1, SIDE, SIDE, 1])
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = model(image)[0, position, position, 0]
    rows, columns = np.nonzero(tape.gradient(value, image)[0, ..., 0].numpy())
    return (rows.min() + rows.max() + 1) / 2, (columns.min() + columns.max() + 1) / 2


@pytest.mark.parametrize("name", STEPS)
def test_a_position_is_about_the_middle_of_the_pixels_that_it_looks_at(name):
    model = build(STEPS[name]())
    last = model.layers[-1].name

    origin = positions.find_origin(model, last)

    stride = np.array(geometry.compute_strides(model)[last], float)
    np.testing.assert_allclose(origin + 6 * stride, find_middle_of_pixels(model, 6))


@pytest.mark.parametrize(
    ("config", "origin"),
    [
        pytest.param(ClassifierConfig(widths=(8, 8)), (0.5, 0.5), id="as-much-before-as-after"),
        pytest.param(
            Lite0Config(width=0.0625, weights="none", head="conv"), (31.5, 31.5), id="more-after"
        ),
    ],
)
def test_what_networks_with_even_kernels_look_at_is_shifted_by_their_padding(config, origin):
    model = models.build(config, tiny.STATISTICS)
    model.set_weights([np.ones_like(weights) for weights in model.get_weights()])

    assert positions.find_origin(model, "scores") == pytest.approx(origin)


@pytest.mark.parametrize(
    "layer",
    [
        pytest.param(lambda: layers.Conv2D(1, 3, strides=2, padding="same"), id="full"),
        pytest.param(lambda: layers.DepthwiseConv2D(3, strides=2, padding="same"), id="depthwise"),
        pytest.param(lambda: layers.SeparableConv2D(1, 3, strides=2, padding="same"), id="split"),
    ],
)
def test_a_kernel_that_looks_to_one_side_moves_the_place(layer):
    model = build([layer()])
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[0, 2] = 1.0  # In the first row, and the last column.
    model.layers[-1].set_weights([kernel, *model.layers[-1].get_weights()[1:]])

    assert positions.find_origin(model, model.layers[-1].name) == (0.5, 2.5)


def test_a_kernel_of_zeros_looks_at_its_middle():
    model = build([layers.Conv2D(1, 3)])
    model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])

    assert positions.find_origin(model, model.layers[-1].name) == (1.5, 1.5)
