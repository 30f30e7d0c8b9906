"""Which labels are probably wrong: confident learning (Northcutt, Jiang, Chuang, arXiv:1911.00068).

`probabilities` [N, C] are out of fold: the model that made a row has not learned this row's label.
`labels` [N] are the given classes, 0..C-1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.floating[Any]]
Labels = NDArray[np.intp]
Counts = NDArray[np.intp]


def rank(probabilities: Probabilities, labels: Labels) -> tuple[Labels, int]:
    """All positions, the most doubtful first, and how many of them are probably wrong.

    The order is that of self-confidence, the probability of the given class; the number is that of
    pruning by noise rate (section 3.2 of the paper).
    """
    order = np.argsort(probabilities[np.arange(len(labels)), labels], kind="stable")
    return order, int(prune_by_noise_rate(probabilities, labels).sum())


def prune_by_noise_rate(probabilities: Probabilities, labels: Labels) -> NDArray[np.bool_]:
    """Marks [N] the labels that are probably wrong.

    Of the images given as i, the estimated number that are j is marked: those with the largest
    probability of j minus that of i.
    """
    joint = estimate_joint(count_confident(probabilities, labels), labels)
    marked = np.zeros(len(labels), bool)
    for given, true in np.argwhere(np.rint(joint) > 0):
        if given != true:
            rows = np.flatnonzero(labels == given)
            margins = probabilities[rows, true] - probabilities[rows, given]
            worst = np.argsort(-margins, kind="stable")[: int(np.rint(joint[given, true]))]
            marked[rows[worst[margins[worst] > 0]]] = True
    return marked


def count_confident(probabilities: Probabilities, labels: Labels) -> Counts:
    """The confident joint [C, C]: images given as row that are confidently of column.

    An image is confidently of a class if its probability reaches the class's threshold; of several
    such classes, the most probable one counts (equation 1).
    """
    classes = probabilities.shape[1]
    reached = probabilities >= find_thresholds(probabilities, labels)
    likely = np.where(reached, probabilities, -1.0).argmax(axis=1)
    counted = reached.any(axis=1)
    joint = np.zeros((classes, classes), np.intp)
    np.add.at(joint, (labels[counted], likely[counted]), 1)
    return joint


def find_thresholds(probabilities: Probabilities, labels: Labels) -> NDArray[np.floating[Any]]:
    """The mean probability [C] of each class among the images given as it (equation 2).

    A class without images has infinity: nothing reaches it.
    """
    classes = range(probabilities.shape[1])
    given = (probabilities[labels == each, each] for each in classes)
    return np.array([values.mean() if len(values) else np.inf for values in given])


def estimate_joint(confident: Counts, labels: Labels) -> NDArray[np.floating[Any]]:
    """The estimated images [C, C] given as row that are column: rows add up to what is given.

    A row without a confident image is taken to be right (equation 3, times N).
    """
    given = np.bincount(labels, minlength=len(confident))
    counts = confident.astype(float)
    empty = counts.sum(axis=1) == 0
    counts[empty, empty] = 1.0
    return counts / counts.sum(axis=1, keepdims=True) * given[:, np.newaxis]
