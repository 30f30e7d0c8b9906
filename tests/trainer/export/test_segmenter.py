"""A segmenter's SavedModel: masks of the images' own sizes, however it is asked."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.fakes import tiny, tiny_masks
from trainer.data.preprocessing import DataStatistics
from trainer.export import enlarging, saved_model, segmenter

BYTES = "serving_default"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("saved"))
    saved_model.save_module(tiny_masks.segmenter(), folder)
    return folder, tf.saved_model.load(folder)


def ask(saved, name, **inputs):
    tensors = {key: tf.constant(value) for key, value in inputs.items()}
    return {k: v.numpy() for k, v in saved[1].signatures[name](**tensors).items()}


def mask(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def colours(number):
    return np.argmax(tiny_masks.image(number), -1)


@pytest.mark.parametrize("number", range(len(tiny_masks.SIZES)))
def test_a_mask_names_each_pixel_of_its_image(saved, number):
    images = [tiny.png(tiny_masks.image(n)) for n in range(len(tiny_masks.SIZES))]
    answers = ask(saved, BYTES, image_bytes=images)

    np.testing.assert_array_equal(mask(answers["mask_bytes"][number]), colours(number))
    parts = np.bincount(colours(number).ravel(), minlength=3) / colours(number).size
    np.testing.assert_allclose(answers["class_fractions"][number], parts, atol=1e-6)
    assert [name.decode() for name in answers["labels"][number]] == list(tiny_masks.CLASSES)


@pytest.mark.parametrize(
    ("height", "width"),
    [
        pytest.param(20, 3000, id="strip"),
        pytest.param(90, 1, id="one-pixel-wide"),
        pytest.param(700, 300, id="large"),
    ],
)
def test_a_larger_image_gets_a_mask_of_its_own_size(saved, height, width):
    halves = np.zeros((height, width, 3), np.uint8)
    if height > width:
        halves[: height // 2, :, 0], halves[height // 2 :, :, 2] = 255, 255
    else:
        halves[:, : width // 2, 0], halves[:, width // 2 :, 2] = 255, 255
    (answer,) = ask(saved, BYTES, image_bytes=[tiny.png(halves)])["mask_bytes"]

    assert mask(answer).shape == (height, width)
    assert np.mean(mask(answer) == np.argmax(halves, -1)) > 0.9


def test_pixels_and_padded_pixels_get_the_same_masks(saved):
    image = tiny_masks.image(3).astype("float32")
    padded = np.pad(image, ((0, 9), (0, 7), (0, 0)), constant_values=99)
    plain = ask(saved, "predict_pixels", pixels=image[None])
    other = ask(saved, "predict_padded_pixels", pixels=padded[None], sizes=[image.shape[:2]])

    np.testing.assert_array_equal(mask(plain["mask_bytes"][0]), colours(3))
    assert plain["mask_bytes"] == other["mask_bytes"]


def test_recorded_images_get_the_same_masks(saved):
    recorded = ask(saved, "evaluate_examples", examples=[tiny_masks.record(n) for n in (0, 3)])

    np.testing.assert_array_equal(mask(recorded["mask_bytes"][1]), colours(3))
    assert len(recorded) >= 2  # TFMA takes a single output for the prediction itself.


def test_enlarging_band_by_band_equals_enlarging_at_once(monkeypatch):
    scores = np.random.default_rng(0).random((7, 9, 3), np.float32)
    monkeypatch.setattr(enlarging, "ROWS", 5)

    found = segmenter.enlarge_mask(tf.constant(scores), tf.constant([43, 31]))

    whole = np.argmax(tf.image.resize(scores, (43, 31)), -1)
    assert np.mean(found[..., 0] == whole) > 0.995  # Two scores may be level but for rounding.


def test_a_constant_segmenter_returns_the_largest_class_everywhere():
    statistics = DataStatistics(tiny_masks.CLASSES, (), (), (), class_fractions=(0.2, 0.5, 0.3))
    model = segmenter.build_constant(statistics, tiny.LIMITS)
    found = model.answer_examples(tf.constant([tiny_masks.record(0)]))

    assert found["class_fractions"].numpy().tolist() == [[0.0, 1.0, 0.0]]
