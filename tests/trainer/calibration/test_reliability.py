"""Expected calibration error of answers whose error is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trainer.calibration.reliability import BINS, Reliability, measure_error


def of(probabilities, hits):
    found = Reliability()
    found.add(probabilities, hits)
    return found


@pytest.mark.parametrize(
    ("probabilities", "hits", "error"),
    [
        pytest.param([0.75] * 4, [1, 1, 1, 0], 0.0, id="right-as-often-as-it-says"),
        pytest.param([1.0] * 4, [1, 1, 1, 0], 0.25, id="too-sure"),
        pytest.param([0.5] * 4, [1, 1, 1, 1], 0.5, id="not-sure-enough"),
        pytest.param([0.5, 0.9], [1, 0], (0.5 + 0.9) / 2, id="two-bins-do-not-cancel"),
        pytest.param([0.0], [0], 0.0, id="zero-is-in-the-first-bin"),
    ],
)
def test_the_error_is_the_mean_distance_of_probability_and_hits(probabilities, hits, error):
    assert of(probabilities, hits).error == pytest.approx(error)


def test_a_probability_on_an_edge_is_in_the_bin_below():
    counts = of([1 / BINS, 1.0], [1, 1]).counts

    assert np.flatnonzero(counts).tolist() == [0, BINS - 1]


def test_parts_add_up_to_the_whole():
    random = np.random.default_rng(0)
    probabilities, hits = random.random(50), random.integers(0, 2, 50)
    whole, part = of(probabilities, hits), of(probabilities[:20], hits[:20])

    part.merge(of(probabilities[20:], hits[20:]))

    np.testing.assert_allclose(part.to_array(), whole.to_array())


def test_there_is_no_error_without_answers():
    assert math.isnan(Reliability().error)


def test_an_answer_is_the_most_probable_class():
    probabilities = np.array([[0.25, 0.75], [0.75, 0.25]])

    assert measure_error(probabilities, np.array([1, 1])) == pytest.approx(0.25)
