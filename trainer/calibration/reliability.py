"""How far probabilities are from the share of right answers: expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 15  # Of equal width, as Guo et al. have.


def make_zeros() -> NDArray[np.float64]:
    """A zero for each bin."""
    return np.zeros(BINS)


@dataclass
class Reliability:
    """Answers by the probability of their class, in BINS equal parts of 0..1: sums of each part."""

    counts: NDArray[np.float64] = field(default_factory=make_zeros)
    probabilities: NDArray[np.float64] = field(default_factory=make_zeros)
    hits: NDArray[np.float64] = field(default_factory=make_zeros)

    def add(self, probabilities: ArrayLike, hits: ArrayLike) -> None:
        """Adds answers: the probability of the class that was chosen, 0..1, and if it is right."""
        given = np.ravel(np.asarray(probabilities, np.float64))
        bins = np.clip(np.ceil(given * BINS).astype(int) - 1, 0, BINS - 1)
        self.counts += np.bincount(bins, minlength=BINS)
        self.probabilities += np.bincount(bins, given, minlength=BINS)
        self.hits += np.bincount(bins, np.ravel(np.asarray(hits, np.float64)), minlength=BINS)

    def merge(self, other: Reliability) -> None:
        """Adds the sums of another one."""
        self.counts += other.counts
        self.probabilities += other.probabilities
        self.hits += other.hits

    @property
    def error(self) -> float:
        """The expected calibration error, 0..1; NaN without answers.

        The mean distance of probability and share of hits in a bin, weighted by its answers
        (Guo et al., arXiv:1706.04599, equation 3). It is not a measure of how good a model is: one
        that always answers with the class shares has an error of 0. It looks only at the class that
        was chosen, and not at whether one image's probability fits. It depends on the bins, and of
        few answers it is too large: chance alone moves the share of hits in a bin.
        """
        total = self.counts.sum()
        return float(np.abs(self.probabilities - self.hits).sum() / total) if total else np.nan

    def to_array(self) -> NDArray[np.float64]:
        """Counts, sums of probabilities and hits, [3, BINS]."""
        return np.stack([self.counts, self.probabilities, self.hits])


def measure_error(probabilities: NDArray[Any], classes: NDArray[Any]) -> float:
    """The expected calibration error of probabilities [M, C] about these classes [M]."""
    found = Reliability()
    found.add(probabilities.max(axis=1), probabilities.argmax(axis=1) == classes)
    return found.error
