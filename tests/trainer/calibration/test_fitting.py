"""The temperature of probabilities that were made with a known one."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from trainer.calibration import fitting

RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 2, (4000, 3))
TRUE = special.softmax(LOGITS, axis=1)
CLASSES = (TRUE.cumsum(axis=1) < RANDOM.random((4000, 1))).sum(axis=1).clip(0, 2)


def sharpened(factor):
    """What a model returns whose logits are too large by this factor."""
    return special.softmax(factor * LOGITS, axis=1)


def in_batches(probabilities, classes, size=100):
    for first in range(0, len(classes), size):
        rows = slice(first, first + size)
        yield probabilities[rows, np.newaxis], classes[rows, np.newaxis]


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_is_the_factor_by_which_logits_are_too_large(factor):
    found = fitting.fit(in_batches(sharpened(factor), CLASSES), len(CLASSES))

    assert found.temperature == pytest.approx(factor, rel=0.1)
    assert found.answers == len(CLASSES)


def test_calibration_lowers_the_error_of_a_model_that_is_too_sure():
    found = fitting.fit(in_batches(sharpened(4.0), CLASSES), len(CLASSES))

    assert found.error_before > 0.15
    assert found.error_after < 0.03


def test_scaled_probabilities_are_those_of_divided_logits_and_have_the_same_class():
    scaled = fitting.scale(tf.constant(sharpened(3.0), tf.float32), 3.0).numpy()

    np.testing.assert_allclose(scaled, TRUE, atol=1e-4)
    np.testing.assert_array_equal(scaled.argmax(axis=1), LOGITS.argmax(axis=1))


def test_probabilities_of_0_are_scaled_to_numbers():
    scaled = fitting.scale(tf.constant([[1.0, 0.0]]), 2.0).numpy()

    np.testing.assert_allclose(scaled, [[1, 0]], atol=1e-6)


def test_answers_that_are_all_right_leave_the_probabilities():
    assert fitting.find_temperature(TRUE, TRUE.argmax(axis=1)) == 1.0


def test_without_answers_there_is_no_calibration():
    unknown = np.full((2, 5), -1)

    assert fitting.fit([(np.full((2, 5, 3), 1 / 3), unknown)], 2) is None


def pixels(images, count):
    """Of each pixel that counts, its probability is its number."""
    numbers = np.arange(images * count, dtype=float).reshape(images, count, 1)
    return numbers, np.where(numbers[..., 0] % 2, 0, -1)


def test_the_pixels_of_masks_are_drawn_evenly_and_each_time_alike(monkeypatch):
    monkeypatch.setattr(fitting, "SAMPLE", 40)

    drawn, classes = fitting.sample([pixels(4, 1000)], 4)
    again, _ = fitting.sample([pixels(4, 1000)], 4)

    assert len(drawn) == len(classes) == 40
    np.testing.assert_array_equal(np.bincount(drawn[:, 0].astype(int) // 1000), [10] * 4)
    assert (drawn[:, 0] % 2 == 1).all()  # Ignored pixels are left out.
    np.testing.assert_array_equal(drawn, again)


def test_no_more_answers_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(fitting, "VALUES", 30)

    drawn, _ = fitting.sample(in_batches(TRUE, CLASSES), len(CLASSES))

    assert drawn.shape == (10, 3)


def test_what_is_written_is_read():
    found = fitting.Calibration(1.5, 10, 0.2, 0.1)

    assert fitting.read(found.to_json()) == found
