"""Checks a classifier's answers: they sum to 1, and depend only on the image."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from serving.client import Localization, Prediction

Labelled = Prediction | Localization
TOLERANCE = 1e-4  # Between protocols, and between an image alone and in a batch.


def find_problem(
    images: list[bytes],
    together: Sequence[Labelled],
    alone: Sequence[Labelled],
    by_rest: Sequence[Labelled],
) -> str:
    """Says what is wrong with the answers; empty if they are sound."""
    totals = [sum(prediction.probabilities.values()) for prediction in together]
    if not all(math.isclose(total, 1, abs_tol=TOLERANCE) for total in totals):
        return f"The probabilities of an image sum to {totals}, not to 1."
    if not agree(together, by_rest):
        return f"gRPC and REST differ by {find_difference(together, by_rest)}."
    if not agree(together, alone):
        return f"An image's answer depends on its batch, by {find_difference(together, alone)}."
    return ""


def agree(some: Sequence[Labelled], others: Sequence[Labelled]) -> bool:
    """Whether two answers are equal except for rounding. NaN agrees with nothing."""
    return find_difference(some, others) <= TOLERANCE


def find_difference(some: Sequence[Labelled], others: Sequence[Labelled]) -> float:
    """Finds the largest difference between two answers' probabilities; NaN if any is NaN."""
    gaps = [
        abs(a.probabilities[label] - b.probabilities[label])
        for a, b in zip(some, others, strict=True)
        for label in a.probabilities
    ]
    return float(np.max(gaps))
