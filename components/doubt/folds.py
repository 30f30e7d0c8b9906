"""Folds of images: what judges an image of one fold has learned the others."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

Positions = NDArray[np.intp]


def split(
    labels: Positions, groups: Sequence[str], number: int
) -> list[tuple[Positions, Positions]]:
    """The positions to learn from and those to judge, for each fold; the same for each call.

    Images of one group (near-duplicates) share a fold, else a copy would give the label away.
    Raises ValueError if there are fewer groups than folds.
    """
    if len(set(groups)) < number:
        raise ValueError(f"{len(set(groups))} different images cannot form {number} folds.")
    folds = StratifiedGroupKFold(number, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        # Of a class with fewer images than folds, some folds have none.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return list(folds.split(labels, labels, groups))
