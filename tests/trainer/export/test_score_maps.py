"""Score maps of classifiers, and their logits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from trainer import models
from trainer.export import saved_model, score_maps
from trainer.model_config import ApplicationConfig, ClassifierConfig, Lite0Config
from trainer.models.layers import MaskedPooling

HEADS = [("conv", "average"), ("conv", "max"), ("dense", "average")]
CONFIGS = {
    "fcn": ClassifierConfig(widths=(8, 8)),
    "lite0": Lite0Config(width=0.0625, weights="none", hidden=8),
    "mobilenet": ApplicationConfig(name="mobilenet_v2", width=0.125, weights="none", hidden=8),
}


def build(config, head, pooling):
    return tiny.with_random_weights(
        models.build(replace(config, head=head, pooling=pooling), tiny.STATISTICS)
    )


def padded():
    """Two images of unequal sizes in one batch."""
    images = [tiny.pixels(40, 64), tiny.pixels(33, 20)]
    pixels = np.zeros((2, 64, 64, 3), "float32")
    for row, image in zip(pixels, images, strict=True):
        row[: image.shape[0], : image.shape[1]] = image
    return pixels, np.int32([image.shape[:2] for image in images])


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize(("head", "pooling"), HEADS)
def test_pooled_scores_are_the_logits(name, head, pooling):
    model = build(CONFIGS[name], head, pooling)
    pixels, sizes = padded()

    scores, mask = score_maps.build(model).score(pixels, sizes)

    logits = model({"image": pixels, "size": sizes}, training=False)
    np.testing.assert_allclose(
        MaskedPooling(pooling)(scores, mask), logits, rtol=1e-5, atol=1e-5 * np.abs(logits).max()
    )


def test_a_mask_says_which_positions_are_the_image():
    model = build(CONFIGS["fcn"], "conv", "average")
    pixels, sizes = padded()

    _, mask = score_maps.build(model).score(pixels, sizes)

    assert mask.shape[0] == 2
    own = np.sum(mask, axis=(1, 2, 3))
    assert own[1] < own[0] < mask[0].shape.num_elements()


def test_a_dense_layer_on_maxima_has_no_map():
    assert score_maps.build(build(CONFIGS["fcn"], "dense", "max")) is None


@pytest.mark.parametrize(("head", "pooling"), HEADS)
def test_a_served_model_has_the_maps_of_images_of_unequal_sizes(head, pooling, tmp_path):
    model = build(CONFIGS["fcn"], head, pooling)
    saved_model.save(model, tiny.STATISTICS, tiny.EXPERIMENT, str(tmp_path))
    images = [tiny.pixels(40, 48), tiny.pixels(33, 20)]
    origin = score_maps.build(model).origin

    signatures = tf.saved_model.load(str(tmp_path)).signatures
    sent = tf.constant([tiny.png(image) for image in images])
    answer, usual = signatures["heat_maps"](sent), signatures["serving_default"](sent)

    for number, image in enumerate(images):
        height, width = answer["map_sizes"][number].numpy()
        own = answer["score_maps"][number, :height, :width].numpy()
        inputs = {"image": image[np.newaxis].astype("float32"), "size": np.int32([image.shape[:2]])}
        pooled = own.mean(axis=(0, 1)) if pooling == "average" else own.max(axis=(0, 1))
        np.testing.assert_allclose(pooled, model(inputs, training=False)[0], rtol=1e-4, atol=1e-3)
        assert tuple(answer["sent_sizes"][number].numpy()) == image.shape[:2]
        assert tuple(answer["seen_boxes"][number].numpy()) == (0, 0, *image.shape[:2])
        assert tuple(answer["strides"][number].numpy()) == (8, 8)
        assert tuple(answer["origins"][number].numpy()) == pytest.approx(origin)
    for output, values in usual.items():
        assert np.array_equal(answer[output], values), output


def test_a_map_of_a_crop_says_where_the_crop_was(tmp_path):
    experiment = tiny.with_values("serve.crop=[0.25, 0.5, 0.75, 1.0]")
    saved_model.save(
        build(CONFIGS["fcn"], "conv", "average"), tiny.STATISTICS, experiment, str(tmp_path)
    )

    answer = tf.saved_model.load(str(tmp_path)).signatures["heat_maps"](
        tf.constant([tiny.png(tiny.pixels(40, 48))])
    )

    assert tuple(answer["seen_boxes"][0].numpy()) == (10, 24, 30, 48)
    assert tuple(answer["scaled_sizes"][0].numpy()) == (20, 24)


def test_a_classifier_that_pools_maxima_before_its_dense_layer_serves_no_maps(tmp_path):
    model = build(CONFIGS["fcn"], "dense", "max")

    saved_model.save(model, tiny.STATISTICS, tiny.EXPERIMENT, str(tmp_path))

    assert "heat_maps" not in tf.saved_model.load(str(tmp_path)).signatures
