"""Checks a localizer's answers: boxes lie in their images, and depend only on the image."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from components.tasks import class_answers
from serving.client import Box, Localization

TOLERANCE = 1e-3  # Of the image's longer side: what rounding may change.


def find_problem(
    images: list[bytes],
    together: list[Localization],
    alone: list[Localization],
    by_rest: list[Localization],
) -> str:
    """Says what is wrong with the answers; empty if they are sound."""
    sizes = [measure(image) for image in images]
    for (height, width), found in zip(sizes, together, strict=True):
        if not is_inside(found.box, height, width):
            return f"The box of an image of {height} x {width} is {found.box}."
    sides = [max(size) for size in sizes]
    for others, problem in (
        (by_rest, "gRPC and REST differ"),
        (alone, "An image's box depends on its batch"),
    ):
        difference = find_difference(together, others, sides)
        if not difference <= TOLERANCE:
            return f"{problem}, by {difference:.2%} of its longer side."
    return class_answers.find_problem(images, together, alone, by_rest)


def measure(image: bytes) -> tuple[int, int]:
    """Height and width of an encoded image."""
    with Image.open(io.BytesIO(image)) as sent:
        return sent.height, sent.width


def is_inside(box: Box, height: int, width: int) -> bool:
    """Whether the box is in order and in the image, except for rounding."""
    rest = TOLERANCE * max(height, width)
    rows = -rest <= box.ymin <= box.ymax + rest <= height + 2 * rest
    return rows and -rest <= box.xmin <= box.xmax + rest <= width + 2 * rest


def find_difference(
    some: list[Localization], others: list[Localization], sides: list[int]
) -> float:
    """Finds the largest difference of boxes' sides, as a share of the image; NaN if any is NaN."""
    gaps = [
        abs(a - b) / side
        for first, second, side in zip(some, others, sides, strict=True)
        for a, b in zip(first.box, second.box, strict=True)
    ]
    return float(np.max(gaps))
