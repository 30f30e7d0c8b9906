"""Whether a segmenter's answers are sound: of the images' sizes, and the same on every way."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serving.client import Segmentation

TOLERANCE = 1e-4  # Of the fractions' sum.
DIFFERENT = 1e-3  # The part of the pixels that rounding may turn where two classes are level.


def unsound(
    images: list[bytes],
    together: list[Segmentation],
    alone: list[Segmentation],
    by_rest: list[Segmentation],
) -> str:
    """What is wrong with the answers, in a sentence; empty where nothing is."""
    for image, answer in zip(images, together, strict=True):
        if problem := unfit(image, answer):
            return problem
    if not agree(together, by_rest):
        return f"gRPC and REST differ in {difference(together, by_rest):.2%} of an image's pixels."
    if not agree(together, alone):
        part = difference(together, alone)
        return f"An image's mask depends on its batch, in {part:.2%} of its pixels."
    return ""


def unfit(image: bytes, answer: Segmentation) -> str:
    """Why a mask is none of this image; empty where it may be one."""
    with Image.open(io.BytesIO(image)) as sent:
        size = (sent.height, sent.width)
    mask, classes = ids(answer), len(answer.class_fractions)
    if mask.shape != size:
        return f"The mask of an image of {size[0]} x {size[1]} has the shape {mask.shape}."
    if mask.max() >= classes:
        return f"A mask holds the class {mask.max()}, and there are {classes} from 0 on."
    total = sum(answer.class_fractions.values())
    if not math.isclose(total, 1, abs_tol=TOLERANCE):
        return f"The class fractions of an image sum to {total}, not to 1."
    return ""


def agree(some: list[Segmentation], others: list[Segmentation]) -> bool:
    """Whether two answers are the same but for rounding."""
    return difference(some, others) <= DIFFERENT


def difference(some: list[Segmentation], others: list[Segmentation]) -> float:
    """The part of an image's pixels that two answers differ in, at most; 1 for unequal sizes."""
    return max(_parted(ids(a), ids(b)) for a, b in zip(some, others, strict=True))


def _parted(some: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.mean(some != other)) if some.shape == other.shape else 1.0


def ids(answer: Segmentation) -> NDArray[np.uint8]:
    """A mask's class ids [H, W]."""
    with Image.open(io.BytesIO(answer.mask)) as mask:
        return np.asarray(mask)
