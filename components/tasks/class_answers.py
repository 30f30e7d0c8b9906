"""Whether a classifier's answers are sound: they sum to 1, and depend on nothing but the image."""

from __future__ import annotations

import math

import numpy as np

from serving.client import Prediction

TOLERANCE = 1e-4  # Between the protocols, and between alone and together.


def unsound(
    images: list[bytes],
    together: list[Prediction],
    alone: list[Prediction],
    by_rest: list[Prediction],
) -> str:
    """What is wrong with the answers, in a sentence; empty where nothing is."""
    totals = [sum(prediction.probabilities.values()) for prediction in together]
    if not all(math.isclose(total, 1, abs_tol=TOLERANCE) for total in totals):
        return f"The probabilities of an image sum to {totals}, not to 1."
    if not agree(together, by_rest):
        return f"gRPC and REST differ by {difference(together, by_rest)}."
    if not agree(together, alone):
        return f"An image's answer depends on its batch, by {difference(together, alone)}."
    return ""


def agree(some: list[Prediction], others: list[Prediction]) -> bool:
    """Whether two answers are the same but for rounding. NaN agrees with nothing."""
    return difference(some, others) <= TOLERANCE


def difference(some: list[Prediction], others: list[Prediction]) -> float:
    """The largest difference between the probabilities of two answers; NaN where one is."""
    gaps = [
        abs(a.probabilities[label] - b.probabilities[label])
        for a, b in zip(some, others, strict=True)
        for label in a.probabilities
    ]
    return float(np.max(gaps))
