"""Sizes computed from the layers, compared with the layers' outputs."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.fakes import tiny
from trainer import configs, models
from trainer.model_config import drop_weights
from trainer.models import geometry
from trainer.models.upsampling import BilinearUpsampling, NearestUpsampling


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


def like_a_skip(*last):
    """Coarse features brought back to the size of the image, and joined with it."""
    image = keras.Input((None, None, 1))
    coarse = layers.Conv2D(1, 3, strides=2, padding="same")(image)
    x = layers.Concatenate()([NearestUpsampling()(coarse, image), image])
    for layer in last:
        x = layer(x)
    return keras.Model(image, layers.GlobalAveragePooling2D()(x))


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
    "growing": (
        lambda: chain(
            layers.Conv2D(4, 3, strides=2),
            layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
            layers.Conv2D(4, 5),
        ),
        (7, 7),
    ),
    "growing-with-overhang": (
        lambda: chain(
            layers.Conv2D(4, 3, strides=2), layers.Conv2DTranspose(4, 4, 3), layers.Conv2D(4, 8)
        ),
        (7, 7),
    ),
    "growing-like": (lambda: like_a_skip(layers.Conv2D(1, (5, 3))), (5, 3)),
}


@pytest.mark.parametrize(("build", "smallest"), VALID.values(), ids=VALID)
def test_the_smallest_input_works_and_one_pixel_less_fails(build, smallest):
    model = build()
    height, width = geometry.find_smallest_input(model)

    assert (height, width) == smallest
    assert fits(model, height, width)
    assert not fits(model, height - 1, width)
    assert not fits(model, height, width - 1)
    channels = model.input.shape[-1]
    assert np.isfinite(model(np.ones((1, height, width, channels), "float32"))).all()


def fits(model, height, width):
    """Whether each feature map of an image of this size has a position, as Keras sees it.

    Not tried out: of an image below a kernel's size, TensorFlow's convolutions on CPUs make numbers
    out of memory that nobody has written.
    """
    maps = [layer.output for layer in model.layers if geometry.is_map(layer.output)]
    try:
        image = keras.Input((height, width, model.input.shape[-1]))
        shapes = keras.Model(model.inputs, maps)(image)
    except ValueError:  # A negative size.
        return False
    return all(min(tensor.shape[1:3]) > 0 for tensor in keras.tree.flatten(shapes))


def test_padded_models_take_a_single_pixel():
    model = chain(
        layers.Conv2D(4, 3, strides=2, padding="same"), layers.MaxPooling2D(2, padding="same")
    )

    assert geometry.find_smallest_input(model) == (1, 1)
    assert np.isfinite(model(np.ones((1, 1, 1, 3), "float32"))).all()


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_the_experiments_models_take_a_single_pixel(name):
    model = models.build(drop_weights(configs.load(name).model), tiny.STATISTICS)
    inputs = {"image": np.ones((1, 1, 1, 3), "float32"), "size": np.ones((1, 2), "int32")}

    assert geometry.find_smallest_input(model) == (1, 1)
    assert np.isfinite(model(inputs)).all()


def test_strides_multiply_along_the_way():
    model = tiny.model_of()
    strides = geometry.compute_strides(model)

    assert (strides["image"], strides["stem_conv"]) == ((1, 1), (2, 2))
    assert (strides["stage1_down_conv"], strides["stage1_down_mask"]) == ((8, 8), (8, 8))
    assert "logits" not in strides


def test_strides_are_those_of_the_outputs():
    model = tiny.model_of()
    maps = [layer for layer in model.layers if "conv" in layer.name or "mask" in layer.name]
    inside = keras.Model(model.inputs, [layer.output for layer in maps])
    outputs = inside([np.ones((1, 64, 96, 3), "float32"), np.array([[64, 96]], "int32")])

    for layer, output in zip(maps, outputs, strict=True):
        height, width = geometry.compute_strides(model)[layer.name]
        assert tuple(output.shape[1:3]) == (64 // height, 96 // width), layer.name


def test_the_receptive_field_grows_by_kernels_and_strides():
    model = chain(layers.Conv2D(4, 3), layers.Conv2D(4, (3, 5), strides=2), layers.MaxPooling2D(2))

    assert geometry.find_receptive_field(model) == (7, 9)
    assert geometry.find_receptive_field(branches()) == (11, 11)


def test_strides_divide_where_a_map_grows():
    grow = layers.Conv2DTranspose(4, 3, strides=(2, 4), padding="same", name="grown")
    strides = geometry.compute_strides(chain(layers.Conv2D(4, 3, strides=2, padding="same"), grow))

    assert strides["grown"] == (1, 0.5)


def shrunk():
    return layers.MaxPooling2D(2, padding="same")


def grown(kernel, stride=2):
    return layers.Conv2DTranspose(1, kernel, stride, padding="same")


def interpolated():
    """Two poolings, a convolution, and bilinear interpolation to full size."""
    image = keras.Input((None, None, 1))
    x = layers.Conv2D(1, 3, padding="same")(shrunk()(shrunk()(image)))
    x = BilinearUpsampling(4)(x, shrunk()(shrunk()(image)), image)
    return keras.Model(image, layers.GlobalAveragePooling2D()(x))


FIELDS = {
    "same-strides": lambda: line(layers.Conv2D(1, 3, 2, padding="same"), grown(3)),
    "even-kernel": lambda: line(shrunk(), grown(4)),
    "no-overlap": lambda: line(shrunk(), layers.Conv2D(1, 3, padding="same"), grown(2)),
    "twice": lambda: line(shrunk(), shrunk(), grown(3), layers.Conv2D(1, 3), grown(4)),
    "factor-above-kernel": lambda: line(shrunk(), grown(2, 3), layers.Conv2D(1, 5)),
    "nearest": lambda: like_a_skip(layers.Conv2D(1, 3, padding="same")),
    "bilinear": interpolated,
}


def line(*middle):
    """A chain on a single channel."""
    image = x = keras.Input((None, None, 1))
    for layer in middle:
        x = layer(x)
    return keras.Model(image, layers.GlobalAveragePooling2D()(x))


@pytest.mark.parametrize("build", FIELDS.values(), ids=FIELDS)
def test_the_receptive_field_is_what_a_position_sees_at_the_most(build):
    model = build()
    height, _ = geometry.find_receptive_field(model)

    assert height == most_rows_seen(model)


def most_rows_seen(model, side=48):
    """Tried out: with weights above zero, a bright row shows wherever it is seen."""
    model.set_weights([np.ones_like(weights) for weights in model.get_weights()])
    maps = keras.Model(model.input, model.layers[-2].output)
    plain = np.ones((1, side, side, 1), "float32")
    rows = plain + np.eye(side, dtype="float32")[:, :, None, None]
    shown = (np.abs(maps(rows) / maps(plain) - 1) > 1e-5).any(axis=(2, 3))
    seen = [np.flatnonzero(column) for column in shown.T]
    return max(found[-1] - found[0] + 1 for found in seen if found.size)


def test_a_layer_of_unknown_kind_is_named():
    model = chain(layers.UpSampling2D(2, name="larger"))

    with pytest.raises(ValueError, match=r"'larger' .*UpSampling2D.* RULES "):
        geometry.find_smallest_input(model)
