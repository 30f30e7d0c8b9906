"""A localizer's SavedModel: labels, and boxes in pixels of the image sent."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny, tiny_boxes
from trainer.data.preprocessing import DataStatistics
from trainer.export import localizer, saved_model

DRAWN = [tiny_boxes.draw(n, tiny_boxes.LABELS[n % 2]) for n in range(tiny_boxes.COUNT)]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("saved"))
    saved_model.save_module(tiny_boxes.localizer(), folder)
    return tf.saved_model.load(folder)


def ask(saved, name, **inputs):
    tensors = {key: tf.constant(value) for key, value in inputs.items()}
    return {k: v.numpy() for k, v in saved.signatures[name](**tensors).items()}


def to_pixels(number):
    pixels, box = DRAWN[number]
    return box * (pixels.shape[:2] * 2)


def test_boxes_are_in_pixels_of_each_image(saved):
    answers = ask(saved, "serving_default", image_bytes=[tiny.png(pixels) for pixels, _ in DRAWN])

    np.testing.assert_allclose(answers["boxes"], [*map(to_pixels, range(len(DRAWN)))], atol=1e-3)
    assert [*answers["label"]] == [b"blue", b"red"] * 3
    assert [*answers["labels"][0]] == [b"blue", b"red"]
    assert set(answers) == {"boxes", "label", "labels", "probabilities"}


def test_records_are_answered_with_the_labels_that_tfma_reads(saved):
    answers = ask(saved, "evaluate_examples", examples=[tiny_boxes.record(1)])

    np.testing.assert_allclose(answers["boxes"], [to_pixels(1)], atol=1e-3)
    np.testing.assert_array_equal(answers["all_classes"], answers["labels"])


def test_pixels_are_answered_without_their_padding(saved):
    pixels, _ = DRAWN[0]
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, [[0, 9], [0, 5], [0, 0]])[None].astype("float32")

    answers = ask(saved, "predict_padded_pixels", pixels=padded, sizes=[[height, width]])

    np.testing.assert_allclose(answers["boxes"], [to_pixels(0)], atol=1e-3)


def test_boxes_of_images_that_are_scaled_down_are_in_pixels_of_those_sent():
    pixels, box = DRAWN[0]
    large = np.repeat(np.repeat(pixels, 4, axis=0), 4, axis=1)

    localizer = tiny_boxes.localizer()
    found = localizer.answer_bytes(tf.constant([tiny.png(large)]))

    np.testing.assert_allclose(found["boxes"], [box * (large.shape[:2] * 2)], atol=8)


def test_the_constant_localizer_answers_with_the_mean_box():
    mean_box = (0.1, 0.2, 0.6, 0.7)
    facts = DataStatistics(("a", "b"), (0.0,) * 3, (1.0,) * 3, (), mean_box=mean_box)
    module = localizer.build_constant(facts, {"a": 0.3, "b": 0.7}, tiny.LIMITS)

    found = module.answer_bytes(tf.constant([tiny.png(tiny.pixels(40, 20))]))

    np.testing.assert_allclose(found["boxes"], [[4, 4, 24, 14]], atol=1e-4)
    np.testing.assert_allclose(found["probabilities"], [[0.3, 0.7]])
    assert found["label"].numpy() == [b"b"]
