"""Linear heads on features, each learned without the fold that it judges."""

from __future__ import annotations

import numpy as np
import pytest

from components.doubt import heads

LABELS = np.arange(60) % 3


def test_probabilities_find_the_class_of_features_that_show_it():
    random = np.random.default_rng(0)
    features = random.random(size=(60, 8)).astype(np.float32)
    features[np.arange(60), LABELS] += 9

    found = heads.predict(features, LABELS, [str(n) for n in range(60)])

    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (found.argmax(axis=1) == LABELS).all()


def test_a_label_that_only_its_own_image_shows_is_not_learned_from_it():
    """Each image has a feature of its own: a head that learned it would know its label."""
    found = heads.predict(np.eye(60, dtype=np.float32), LABELS, [str(n) for n in range(60)])

    assert found[np.arange(60), LABELS].max() < 0.5


def test_two_classes_of_one_look_each_are_refused():
    groups = ["a"] * 30 + [str(n) for n in range(30)]
    labels = np.array([0] * 30 + [1] * 30)

    with pytest.raises(ValueError, match="look alike"):
        heads.predict(np.zeros((60, 2), np.float32), labels, groups)
