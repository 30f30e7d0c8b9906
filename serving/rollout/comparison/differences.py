"""How much the answers of two versions about one image differ."""

from __future__ import annotations

import numpy as np

from serving.client import Localization, Prediction, Segmentation
from serving.client.answers import Answer

# Metrics of a comparison. Each is a mean over the images, in 0..1.
AGREEMENT = "agreement"  # Share of images with the same label and box; of pixels, same class.
PROBABILITY = "probability_difference"  # Mean absolute difference over the classes.
IOU = "iou"  # Of the two boxes; of masks: mean of the classes that occur in either.
FRACTION = "fraction_difference"  # Mean absolute difference of the classes' shares of pixels.
DIFFERING = "differing_pixels"  # Share of pixels whose class differs.
FAILED = "failed"  # Share of images that only the stable version could answer.
SAME_BOX = 0.5  # The least IoU of boxes that agree.
METRICS = (AGREEMENT, PROBABILITY, IOU, FRACTION, DIFFERING, FAILED)


def measure(stable: Answer, canary: Answer) -> dict[str, float]:
    """The metrics of one image. Answers of different kinds or sizes agree in nothing."""
    if isinstance(stable, Prediction) and isinstance(canary, Prediction):
        difference = compare_values(stable.probabilities, canary.probabilities)
        return {AGREEMENT: float(stable.label == canary.label), PROBABILITY: difference}
    if isinstance(stable, Localization) and isinstance(canary, Localization):
        iou = stable.box.compute_iou(canary.box)
        difference = compare_values(stable.probabilities, canary.probabilities)
        agrees = stable.label == canary.label and iou >= SAME_BOX
        return {AGREEMENT: float(agrees), PROBABILITY: difference, IOU: iou}
    if isinstance(stable, Segmentation) and isinstance(canary, Segmentation):
        difference = compare_values(stable.class_fractions, canary.class_fractions)
        return {**compare_masks(stable.mask, canary.mask), FRACTION: difference}
    return {AGREEMENT: 0.0}


def compare_values(first: dict[str, float], second: dict[str, float]) -> float:
    """The mean absolute difference; a class that one of the two lacks counts as 0 there."""
    names = {*first, *second}
    differences = (abs(first.get(name, 0.0) - second.get(name, 0.0)) for name in names)
    return sum(differences) / max(1, len(names))


def compare_masks(first: np.ndarray, second: np.ndarray) -> dict[str, float]:
    """The metrics of two masks [H, W] of class ids."""
    if first.shape != second.shape:
        return {AGREEMENT: 0.0, IOU: 0.0, DIFFERING: 1.0}
    same = float(np.mean(first == second))
    classes = np.union1d(first, second)
    ious = [intersect_over_union(first == one, second == one) for one in classes]
    return {AGREEMENT: same, IOU: float(np.mean(ious)), DIFFERING: 1.0 - same}


def intersect_over_union(first: np.ndarray, second: np.ndarray) -> float:
    """Of two masks [H, W] of booleans, of which at least one has a pixel."""
    return float(np.sum(first & second) / np.sum(first | second))
