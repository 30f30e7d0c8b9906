"""The signature `score_tiles`: windows whose kept parts are the whole image's scores."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from trainer import models
from trainer.classic_config import MLPConfig
from trainer.export import saved_model
from trainer.model_config import UNetConfig

SEGMENTER = replace(tiny.MASKS, model=UNetConfig(widths=(4, 4)))


def export(experiment, folder, model=None):
    statistics = tiny.statistics_of(experiment)
    model = model or tiny.with_random_weights(models.build(experiment.model, statistics))
    saved_model.save(model, statistics, experiment, str(folder))
    return model, tf.saved_model.load(str(folder)).signatures


def ask(signatures, pixels):
    sizes = tf.constant([pixels.shape[:2]])
    found = signatures["score_tiles"](pixels=tf.constant(pixels[np.newaxis]), sizes=sizes)
    return {name: value.numpy() for name, value in found.items()}


def put_together(signatures, image, tile):
    """The map of an image from windows of `tile` pixels and their halos; for each side a loop."""
    facts = ask(signatures, image[:8, :8])
    (stride, _), (halo, _) = facts["strides"][0], facts["halos"][0]
    step = stride if "poolings" in facts else 1
    rows = []
    for top in range(0, image.shape[0], tile):
        row = []
        for left in range(0, image.shape[1], tile):
            above, before = max(0, top - halo), max(0, left - halo)
            window = image[above : top + tile + halo, before : left + tile + halo]
            answer = ask(signatures, window)
            height, width = answer["map_sizes"][0]
            own = answer["scores"][0, :height, :width]
            own = own[(top - above) // step :, (left - before) // step :]
            row.append(own[: tile // step, : tile // step])
        rows.append(np.concatenate(row, axis=1))
    return np.concatenate(rows)


def test_tiles_of_a_segmenter_make_the_probabilities_of_the_whole_image(tmp_path):
    model, signatures = export(SEGMENTER, tmp_path)
    image = tiny.pixels(61, 83)

    found = put_together(signatures, image, 16)

    inputs = {"image": image[np.newaxis].astype("float32"), "size": np.int32([image.shape[:2]])}
    whole = keras.ops.softmax(model(inputs, training=False)[0]).numpy()
    np.testing.assert_array_equal(found.argmax(-1), whole.argmax(-1))
    np.testing.assert_allclose(found, whole, atol=1e-5)


@pytest.mark.parametrize(
    ("head", "pooling"), [("conv", "average"), ("conv", "max"), ("dense", "average")]
)
def test_pooled_tiles_of_a_classifier_are_the_logits_of_the_whole_image(head, pooling, tmp_path):
    experiment = replace(tiny.EXPERIMENT, model=replace(tiny.EXPERIMENT.model, head=head))
    model, signatures = export(experiment, tmp_path, tiny.model_of(head, pooling))
    image = tiny.pixels(61, 83)

    scores = put_together(signatures, image, 16)

    assert ask(signatures, image)["poolings"] == [b"mean" if pooling == "average" else b"max"]
    pooled = scores.mean(axis=(0, 1)) if pooling == "average" else scores.max(axis=(0, 1))
    inputs = {"image": image[np.newaxis].astype("float32"), "size": np.int32([image.shape[:2]])}
    np.testing.assert_allclose(pooled, model(inputs, training=False)[0], rtol=1e-4, atol=1e-4)


def test_windows_of_unequal_sizes_have_maps_of_their_own(tmp_path):
    _, signatures = export(tiny.EXPERIMENT, tmp_path)
    pixels = np.stack([tiny.pixels(24, 24, seed) for seed in (0, 1)])

    answer = signatures["score_tiles"](
        pixels=tf.constant(pixels), sizes=tf.constant([[24, 24], [9, 16]])
    )

    stride = int(answer["strides"][0, 0])
    expected = [
        [-(-height // stride), -(-width // stride)] for height, width in [(24, 24), (9, 16)]
    ]
    assert answer["map_sizes"].numpy().tolist() == expected
    assert answer["labels"].numpy()[1].tolist() == [name.encode() for name in tiny.LABELS]


def test_a_size_over_that_of_the_pixels_is_refused(tmp_path):
    _, signatures = export(SEGMENTER, tmp_path)

    with pytest.raises(tf.errors.InvalidArgumentError, match="The size"):
        signatures["score_tiles"](
            pixels=tf.zeros([1, 8, 8, 3], tf.uint8), sizes=tf.constant([[8, 9]])
        )


def test_a_model_that_scales_each_image_to_a_square_has_no_tiles(tmp_path):
    experiment = replace(tiny.EXPERIMENT, model=MLPConfig(side=8, hidden=(4,)))
    keras.utils.set_random_seed(0)

    _, signatures = export(experiment, tmp_path)

    assert "score_tiles" not in signatures
