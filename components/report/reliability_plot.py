"""Draws the reliability diagram: how often answers are right, by the model's probability."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from components.report.plots import BLUE, ORANGE, Plot, draw_plot
from trainer.calibration.reliability import BINS, Reliability


def draw(sums: NDArray[np.float64]) -> Plot:
    """From Reliability.to_array, [3, BINS].

    Bars are the shares of right answers in each bin, points are at the mean probabilities, and a
    line shows how many of the answers are in the bin.
    """
    counts, probabilities, hits = sums
    full = counts > 0
    middles = (np.arange(BINS)[full] + 0.5) / BINS
    right, given = hits[full] / counts[full], probabilities[full] / counts[full]
    shares = counts[full] / counts.sum()

    def draw_bars(axes: Axes) -> None:
        axes.bar(middles, right, 0.9 / BINS, color=BLUE, alpha=0.5, label="right answers")
        axes.plot(given, right, ".", color=BLUE)
        axes.plot([0, 1], [0, 1], color="#888888", linestyle=":", label="perfectly calibrated")
        axes.step(middles, shares, where="mid", color=ORANGE, label="share of all answers")
        axes.set(xlabel="probability of the class that was chosen", title="reliability")
        axes.set(xlim=(0, 1), ylim=(0, 1.02))
        axes.legend(frameon=False, loc="upper left")

    error = Reliability(counts, probabilities, hits).error
    return draw_plot(draw_bars, f"Reliability: the expected calibration error is {error:.3f}")
