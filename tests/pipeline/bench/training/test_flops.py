"""Operations of a training step, against numbers counted by hand."""

from __future__ import annotations

import keras
import pytest
from keras import layers

from pipeline.bench.training import flops
from pipeline.inspection.memory import Views

VIEWS = Views(images=2, height=8, width=8)
FIRST = 2 * 2 * 64 * (9 * 3 * 4)  # 2 images, 8 x 8 positions; multiplications and additions.
GROWN = 2 * 2 * 16 * (4 * 4 * 5)  # 4 x 4 positions before they grow.
DENSE = 2 * 2 * (5 * 6)


def build():
    image = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, padding="same", name="first")(image)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2DTranspose(5, 2, strides=2, padding="same", name="grown")(x)
    x = layers.GlobalAveragePooling2D()(layers.BatchNormalization()(x))
    return keras.Model(image, layers.Dense(6, name="dense")(x))


@pytest.mark.parametrize(
    ("frozen", "expected"),
    [
        pytest.param((), 2 * FIRST + 3 * GROWN + 3 * DENSE, id="all-learn"),
        pytest.param(("first",), FIRST + 2 * GROWN + 3 * DENSE, id="first-frozen"),
        pytest.param(("grown",), 2 * FIRST + 2 * GROWN + 3 * DENSE, id="middle-frozen"),
    ],
)
def test_frozen_weights_and_the_image_have_no_gradients(frozen, expected):
    model = build()
    for name in frozen:
        model.get_layer(name).trainable = False

    assert flops.count_step(model, VIEWS) == expected


def test_depthwise_kernels_count_for_their_own_channel():
    image = keras.Input((None, None, 3))
    x = layers.SeparableConv2D(4, 3, padding="same")(layers.DepthwiseConv2D(1)(image))

    products = 2 * 64 * 3, 2 * 64 * (9 * 3 + 3 * 4)
    found = flops.count_step(keras.Model(image, x), VIEWS)
    assert found == 2 * 2 * products[0] + 3 * 2 * products[1]
