"""Probabilities that do not know an image's label: those of linear heads learned on other folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from components.doubt import folds

FOLDS = 5
STRENGTH = 3.0  # The inverse of the penalty on weights: as measured, see docs/results.md.
STEPS = 300  # Of the solver, at most.

Features = NDArray[np.float32]


def predict(
    features: Features,
    labels: NDArray[np.intp],
    groups: Sequence[str],
    trusted: NDArray[np.bool_] | None = None,
) -> Features:
    """The probabilities [N, C] of the classes 0..C-1 for features [N, D], which are >= 0.

    Heads learn the labels that are `trusted` [N], by default all. Raises what folds.py raises, and
    ValueError if a fold leaves one class to learn.
    """
    found = np.zeros((len(labels), int(labels.max()) + 1), np.float32)
    scaled = scale(features)
    for fold, judged in folds.split(labels, groups, FOLDS):
        learned = fold if trusted is None else fold[trusted[fold]]
        if len(set(labels[learned])) < 2:
            raise ValueError("All images of a class look alike: no fold can be held out.")
        head = LogisticRegression(C=STRENGTH, max_iter=STEPS)
        head.fit(scaled[learned], labels[learned])
        found[np.ix_(judged, head.classes_)] = head.predict_proba(scaled[judged])
    return found


def scale(features: Features) -> Features:
    """Features [N, D] with less weight on large values, around their means, each of length 1."""
    roots = np.sqrt(features)
    scaled: Features = normalize(roots - roots.mean(axis=0))
    return scaled
