"""Confident learning, against the definitions of the paper and labels that were swapped."""

from __future__ import annotations

import numpy as np
import pytest

from components.doubt import confident_learning

# Class 0 reaches 0.7 = (0.9 + 0.8 + 0.4) / 3, class 1 reaches 0.6 = (0.9 + 0.3) / 2.
PROBABILITIES = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.1, 0.9], [0.7, 0.3]])
LABELS = np.array([0, 0, 0, 1, 1])


def test_a_threshold_is_the_mean_probability_of_the_images_given_as_the_class():
    found = confident_learning.find_thresholds(PROBABILITIES, LABELS)

    assert found == pytest.approx([0.7, 0.6])


def test_the_confident_joint_counts_what_reaches_a_threshold():
    # The last row's 0.7 is just what class 0 needs.
    probabilities = PROBABILITIES + [[0, 0], [0, 0], [0, 0.001], [0, 0], [0.001, 0]]

    found = confident_learning.count_confident(probabilities, LABELS)

    assert found.tolist() == [[2, 1], [1, 1]]


def test_of_several_classes_that_are_reached_the_most_probable_one_counts():
    probabilities = np.array([[0.34, 0.33, 0.33], [0.3, 0.4, 0.3], [0.3, 0.36, 0.34]])

    found = confident_learning.count_confident(probabilities, np.array([0, 1, 2]))

    assert found[2].tolist() == [0, 0, 1]  # 0.36 does not reach 0.4, but 0.34 reaches 0.34.


def test_a_class_without_images_is_never_reached():
    probabilities = np.array([[0.1, 0.0, 0.9], [0.2, 0.0, 0.8]])

    joint = confident_learning.count_confident(probabilities, np.array([0, 1]))

    assert joint[:, 2].tolist() == [0, 0, 0]


def test_the_rows_of_the_estimated_joint_add_up_to_the_images_given():
    confident = np.array([[2, 1], [0, 0]])

    found = confident_learning.estimate_joint(confident, LABELS)

    assert found == pytest.approx(np.array([[2.0, 1.0], [0.0, 2.0]]))


def make_noisy(images=400, classes=4, noise=0.05):
    """Probabilities that are mostly right, labels of which some were swapped, and which."""
    random = np.random.default_rng(0)
    true = random.integers(0, classes, images)
    scores = random.normal(size=(images, classes))
    scores[np.arange(images), true] += 5
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    swapped = random.random(images) < noise
    labels = np.where(swapped, (true + random.integers(1, classes, images)) % classes, true)
    return probabilities, labels, swapped


def test_swapped_labels_come_first_and_their_number_is_estimated():
    probabilities, labels, swapped = make_noisy()

    order, doubted = confident_learning.rank(probabilities, labels)

    assert sorted(order.tolist()) == list(range(len(labels)))
    assert swapped[order[: swapped.sum()]].mean() > 0.9
    assert doubted == pytest.approx(swapped.sum(), abs=3)


def test_labels_that_all_fit_are_not_doubted():
    _, labels, _ = make_noisy(noise=0.0)
    sure = np.eye(4)[labels] * 0.9 + 0.025

    assert confident_learning.rank(sure, labels)[1] == 0
    assert not confident_learning.prune_by_noise_rate(sure, labels).any()


def test_those_with_the_least_self_confidence_are_first():
    probabilities, labels, _ = make_noisy()

    order, _ = confident_learning.rank(probabilities, labels)

    confidence = probabilities[np.arange(len(labels)), labels][order]
    assert (np.diff(confidence) >= 0).all()
