"""Sizes computed from the layers, held against what the layers really do."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tiny
from keras import layers

from trainer import configs, models
from trainer.models import geometry


def chain(*middle):
    """A model of these layers, one after the other, pooled at the end."""
    image = keras.Input((None, None, 3))
    x = image
    for layer in middle:
        x = layer(x)
    return keras.Model(image, layers.GlobalAveragePooling2D()(x))


def branches():
    """Two ways of the same stride, of which the second needs and sees more."""
    image = keras.Input((None, None, 3))
    short = layers.Conv2D(4, 3, strides=2, padding="same")(image)
    long = layers.Conv2D(4, 5, strides=2, padding="same")(layers.Conv2D(4, 7)(image))
    narrow, wide = layers.GlobalMaxPooling2D()(short), layers.GlobalMaxPooling2D()(long)
    return keras.Model(image, layers.Concatenate()([narrow, wide]))


VALID = {
    "kernel": (lambda: chain(layers.Conv2D(4, 3)), (3, 3)),
    "uneven-kernel": (lambda: chain(layers.Conv2D(4, (5, 2))), (5, 2)),
    "stride": (lambda: chain(layers.Conv2D(4, 3, strides=2), layers.Conv2D(4, 3)), (7, 7)),
    "dilation": (lambda: chain(layers.Conv2D(4, 3, dilation_rate=3)), (7, 7)),
    "depthwise": (lambda: chain(layers.DepthwiseConv2D(3, strides=2), layers.ReLU()), (3, 3)),
    "separable": (lambda: chain(layers.SeparableConv2D(4, (3, 4))), (3, 4)),
    "pooling": (lambda: chain(layers.Conv2D(4, 3), layers.MaxPooling2D(2)), (4, 4)),
    "padding": (lambda: chain(layers.ZeroPadding2D(1), layers.Conv2D(4, 5)), (3, 3)),
    "uneven-padding": (
        lambda: chain(layers.ZeroPadding2D(((1, 0), (2, 1))), layers.Conv2D(4, 6)),
        (5, 3),
    ),
    "cropping": (lambda: chain(layers.Cropping2D(((1, 2), (0, 1))), layers.ReLU()), (4, 2)),
    "same-before-valid": (
        lambda: chain(layers.Conv2D(4, 3, strides=2, padding="same"), layers.Conv2D(4, 3)),
        (5, 5),
    ),
    "branches": (branches, (7, 7)),
}


@pytest.mark.parametrize(("build", "smallest"), VALID.values(), ids=VALID)
def test_the_smallest_input_works_and_one_pixel_less_fails(build, smallest):
    model = build()
    height, width = geometry.smallest_input(model)

    assert (height, width) == smallest
    assert fits(model, height, width)
    assert not fits(model, height - 1, width)
    assert not fits(model, height, width - 1)
    assert np.isfinite(model(np.ones((1, height, width, 3), "float32"))).all()


def fits(model, height, width):
    """Whether each feature map of an image of this size has a position, as Keras sees it.

    Not tried out: of an image below a kernel's size, TensorFlow's convolutions on CPUs make numbers
    out of memory that nobody has written.
    """
    maps = [layer.output for layer in model.layers if geometry.is_map(layer.output)]
    try:
        shapes = keras.Model(model.inputs, maps)(keras.Input((height, width, 3)))
    except ValueError:  # A negative size.
        return False
    return all(min(tensor.shape[1:3]) > 0 for tensor in keras.tree.flatten(shapes))


def test_padded_models_take_a_single_pixel():
    model = chain(
        layers.Conv2D(4, 3, strides=2, padding="same"), layers.MaxPooling2D(2, padding="same")
    )

    assert geometry.smallest_input(model) == (1, 1)
    assert np.isfinite(model(np.ones((1, 1, 1, 3), "float32"))).all()


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_the_experiments_models_take_a_single_pixel(name):
    model = models.build(configs.load(name).model, tiny.STATISTICS)
    inputs = {"image": np.ones((1, 1, 1, 3), "float32"), "size": np.ones((1, 2), "int32")}

    assert geometry.smallest_input(model) == (1, 1)
    assert np.isfinite(model(inputs)).all()


def test_strides_multiply_along_the_way():
    model = tiny.model_of()
    strides = geometry.strides(model)

    assert (strides["image"], strides["stem_conv"]) == ((1, 1), (2, 2))
    assert (strides["stage1_down_conv"], strides["stage1_down_mask"]) == ((8, 8), (8, 8))
    assert "logits" not in strides


def test_strides_are_those_of_the_outputs():
    model = tiny.model_of()
    maps = [layer for layer in model.layers if "conv" in layer.name or "mask" in layer.name]
    inside = keras.Model(model.inputs, [layer.output for layer in maps])
    outputs = inside([np.ones((1, 64, 96, 3), "float32"), np.array([[64, 96]], "int32")])

    for layer, output in zip(maps, outputs, strict=True):
        height, width = geometry.strides(model)[layer.name]
        assert tuple(output.shape[1:3]) == (64 // height, 96 // width), layer.name


def test_the_receptive_field_grows_by_kernels_and_strides():
    model = chain(layers.Conv2D(4, 3), layers.Conv2D(4, (3, 5), strides=2), layers.MaxPooling2D(2))

    assert geometry.receptive_field(model) == (7, 9)
    assert geometry.receptive_field(branches()) == (11, 11)


def test_a_layer_of_unknown_kind_is_named():
    model = chain(layers.UpSampling2D(2, name="larger"))

    with pytest.raises(ValueError, match=r"'larger' is a UpSampling2D.*add it to RULES"):
        geometry.smallest_input(model)
