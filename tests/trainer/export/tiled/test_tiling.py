"""SavedModels that go over an image in tiles answer as those that see it whole."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.fakes import tiny
from trainer import models
from trainer.classic_config import MLPConfig
from trainer.config import ServeConfig
from trainer.export import saved_model
from trainer.export.tiled import tiling
from trainer.model_config import UNetConfig

NATIVE = ServeConfig(max_side="native")
IMAGES = [tiny.pixels(61, 83), tiny.pixels(16, 16, 1), tiny.pixels(7, 40, 2), tiny.pixels(33, 9, 3)]


def segmenter(serve, **values):
    return replace(tiny.MASKS, model=UNetConfig(widths=(4, 4), **values), serve=serve)


def classifier(serve, head, pooling):
    model = replace(tiny.EXPERIMENT.model, head=head, pooling=pooling)
    return replace(tiny.EXPERIMENT, model=model, serve=serve)


def answer(experiment):
    """What the served model, with the same random weights each time, says of IMAGES."""
    statistics = tiny.statistics_of(experiment)
    model = tiny.with_random_weights(models.build(experiment.model, statistics))
    module = saved_model.build_module(model, statistics, experiment)
    found = module.answer_bytes(tf.constant([tiny.png(image) for image in IMAGES]))
    return {name: value.numpy() for name, value in found.items()}


def masks(found):
    return [np.asarray(Image.open(io.BytesIO(png))) for png in found["mask_bytes"]]


VIEWS = {
    "once": (NATIVE, {}),
    "mirrored": (NATIVE, {"mirrored": True}),
    "sides": (ServeConfig(), {"sides": (21, 50)}),
    "mirrored-sides": (ServeConfig(), {"mirrored": True, "sides": (64, 33, 10)}),
    "larger-sides": (ServeConfig(), {"sides": (90, 100)}),
}


@pytest.mark.parametrize("name", VIEWS)
def test_masks_in_tiles_are_those_of_whole_images(name):
    serve, values = VIEWS[name]
    whole = answer(segmenter(serve, **values))

    tiles = answer(segmenter(replace(serve, tile=16), **values))

    for found, expected, image in zip(masks(tiles), masks(whole), IMAGES, strict=True):
        assert found.shape == image.shape[:2]
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(tiles["class_fractions"], whole["class_fractions"], atol=1e-6)


@pytest.mark.parametrize(
    ("head", "pooling"), [("conv", "average"), ("conv", "max"), ("dense", "average")]
)
def test_probabilities_in_tiles_are_those_of_whole_images(head, pooling):
    whole = answer(classifier(NATIVE, head, pooling))

    tiles = answer(classifier(replace(NATIVE, tile=16), head, pooling))

    np.testing.assert_allclose(tiles["probabilities"], whole["probabilities"], atol=1e-5)
    assert tiles["label"].tolist() == whole["label"].tolist()


def test_native_images_are_not_scaled():
    image = tiny.pixels(61, 83)
    assert max(image.shape) > tiny.MASKS.data.max_side
    statistics = tiny.statistics_of(segmenter(NATIVE))
    model = tiny.with_random_weights(models.build(UNetConfig(widths=(4, 4)), statistics))
    inputs = {"image": image[np.newaxis].astype("float32"), "size": np.int32([image.shape[:2]])}

    found = answer(segmenter(NATIVE))

    np.testing.assert_array_equal(
        masks(found)[0], model(inputs, training=False)[0].numpy().argmax(-1)
    )


def test_a_side_that_is_not_a_multiple_of_the_stride_is_refused():
    experiment = segmenter(replace(NATIVE, tile=18))
    model = models.build(experiment.model, tiny.statistics_of(experiment))

    with pytest.raises(ValueError, match=r"serve\.tile=18 .* use 20"):
        tiling.find_tiles(model, experiment)


@pytest.mark.parametrize(
    ("config", "text"),
    [
        (MLPConfig(side=8, hidden=(4,)), "mlp"),
        (replace(tiny.EXPERIMENT.model, head="dense", pooling="max"), "fcn"),
    ],
    ids=["scaled-to-a-square", "dense-on-maxima"],
)
def test_tiles_of_a_model_without_a_map_are_refused(config, text):
    experiment = replace(tiny.EXPERIMENT, model=config, serve=ServeConfig(tile=16))

    with pytest.raises(ValueError, match=text):
        tiling.find_tiles(models.build(config, tiny.STATISTICS), experiment)


@pytest.mark.parametrize(
    ("serve", "values", "name"),
    [
        (NATIVE, {"sides": (32,)}, "model.sides"),
        (ServeConfig(tile=16), {}, "serve.tile"),
    ],
    ids=["sides", "tiles-of-scaled-images"],
)
def test_two_sizes_for_a_served_image_are_refused(serve, values, name):
    with pytest.raises(ValueError, match=name):
        segmenter(serve, **values)


def test_confidence_of_masks_in_tiles_is_refused():
    serve = ServeConfig(max_side="native", tile=16, confidence=True)
    with pytest.raises(ValueError, match=r"serve\.confidence"):
        replace(tiny.MASKS, serve=serve)
