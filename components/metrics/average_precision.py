"""Average precision of a ranked list of detections, by the two definitions of Pascal VOC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ELEVEN = np.arange(11) / 10  # Recalls.


class Curve(NamedTuple):
    """Recall and precision of the first detections, of more and more of them: [N] each, in 0..1."""

    recall: NDArray[np.float64]
    precision: NDArray[np.float64]


def compute_curve(counts: Iterable[tuple[int, int]], truths: int) -> Curve:
    """The curve of detections, most probable first: hits and misses at each probability.

    `truths` is the number of true boxes, above 0.
    """
    hits, misses = np.array([*counts], float).reshape(-1, 2).cumsum(axis=0).T
    return Curve(hits / truths, hits / (hits + misses))


def average_11_points(curve: Curve) -> float:
    """The mean precision at eleven recalls: VOC until 2009 (Everingham et al., IJCV 2010, 4.2).

    At each recall it is the greatest precision at this recall or above; 0 if it is not reached.
    """
    reached = curve.recall >= ELEVEN[:, None] - 1e-9  # 3 of 10 hits reach 0.3 in spite of rounding.
    return float(np.max(curve.precision * reached, axis=1, initial=0.0).mean())


def average_area(curve: Curve) -> float:
    """The area below the curve whose precision never rises: VOC from 2010 on.

    VOC2012 development kit, section 3.4.1; its code is VOCap.m.
    """
    falling = np.maximum.accumulate(curve.precision[::-1])[::-1]
    return float(np.sum(np.diff(curve.recall, prepend=0.0) * falling))
