"""Checks a segmenter's answers: masks have their images' sizes, and depend only on the image."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serving.client import Segmentation

TOLERANCE = 1e-4  # Of the sum of the fractions.
MAX_DIFFERENCE = 1e-3  # The share of pixels that rounding may change, if two classes are tied.


def find_problem(
    images: list[bytes],
    together: list[Segmentation],
    alone: list[Segmentation],
    by_rest: list[Segmentation],
) -> str:
    """Says what is wrong with the answers; empty if they are sound."""
    for image, answer in zip(images, together, strict=True):
        if problem := find_mismatch(image, answer):
            return problem
    if not agree(together, by_rest):
        share = find_difference(together, by_rest)
        return f"gRPC and REST differ in {share:.2%} of an image's pixels."
    if not agree(together, alone):
        share = find_difference(together, alone)
        return f"An image's mask depends on its batch, in {share:.2%} of its pixels."
    return ""


def find_mismatch(image: bytes, answer: Segmentation) -> str:
    """Says why a mask does not fit its image; empty if it fits."""
    with Image.open(io.BytesIO(image)) as sent:
        size = (sent.height, sent.width)
    mask, classes = answer.mask, len(answer.class_fractions)
    if mask.shape != size:
        return f"The mask of an image of {size[0]} x {size[1]} has the shape {mask.shape}."
    if mask.max() >= classes:
        return f"A mask contains the class {mask.max()}, but there are only {classes} classes."
    total = sum(answer.class_fractions.values())
    if not math.isclose(total, 1, abs_tol=TOLERANCE):
        return f"The class fractions of an image sum to {total}, not to 1."
    return ""


def agree(some: list[Segmentation], others: list[Segmentation]) -> bool:
    """Whether two answers are equal except for rounding."""
    return find_difference(some, others) <= MAX_DIFFERENCE


def find_difference(some: list[Segmentation], others: list[Segmentation]) -> float:
    """Finds the largest share of an image's pixels that differ; 1 if the sizes differ."""
    return max(_compare(a.mask, b.mask) for a, b in zip(some, others, strict=True))


def _compare(some: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.mean(some != other)) if some.shape == other.shape else 1.0
