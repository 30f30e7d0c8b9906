"""Draws the plots of the page as SVG, each for light and for dark screens."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from components.report import fonts
from components.report.pictures import to_data_uri

INK = {"light": "#333333", "dark": "#d4d4d4"}
BLUE, ORANGE = "#3b82f6", "#f59e0b"  # Enough contrast on light and on dark.
PARTS = {"train": BLUE, "validation": ORANGE}
SIZE = (4.6, 3.2)  # Inches: small, so that text stays readable on a phone.
MAX_NUMBERED = 15  # Classes of a confusion matrix with room for numbers.
MAX_NAMED = 40  # Classes of a confusion matrix with room for names.
STYLE = {
    "text.parse_math": False,  # A class may be named "$".
    "svg.hashsalt": "report",  # The same plot gives the same bytes.
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.2,
    "font.size": 9,
}

Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Plot:
    """One plot as two data URIs, with a description."""

    light: str
    dark: str
    alt: str
    legend: tuple[str, ...] = ()  # The names of classes that the plot numbers.


def draw_curve(metric: str, parts: dict[str, dict[int, float]], best: int | None) -> Plot:
    """Draws a metric over the epochs, in training and in validation."""

    def draw(axes: Axes) -> None:
        for part, values in parts.items():
            epochs = sorted(values)
            marker = "." if len(epochs) < 30 else None
            line = [values[epoch] for epoch in epochs]
            axes.plot(epochs, line, color=PARTS[part], label=part, marker=marker)
        if best is not None:
            axes.axvline(best, color="#888888", linestyle=":", label=f"best epoch: {best}")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set(xlabel="epoch", title=metric)
        axes.legend(frameon=False)

    last = {part: values[max(values)] for part, values in parts.items() if values}
    ends = ", ".join(f"{value:.3f} in {part}" for part, value in last.items())
    return draw_plot(draw, f"{metric} over the epochs, at the end {ends}")


def draw_sizes(sizes: list[tuple[int, int]]) -> Plot:
    """Draws heights over widths, one point per image."""
    heights, widths = zip(*sizes, strict=True)

    def draw(axes: Axes) -> None:
        alpha = max(0.1, min(0.6, 60 / len(sizes)))
        axes.scatter(widths, heights, s=14, color=BLUE, alpha=alpha, linewidths=0, rasterized=True)
        axes.set(xlabel="width, pixels", ylabel="height, pixels", title="image sizes")
        axes.set(xlim=(0, None), ylim=(0, None))

    wide, high = (f"{min(side)} to {max(side)}" for side in (widths, heights))
    return draw_plot(draw, f"Sizes of {len(sizes)} test images: {wide} pixels wide, {high} high")


def draw_confusion(matrix: NDArray[np.int_], labels: list[str]) -> Plot:
    """Draws a confusion matrix [C, C]: the colour is the share of the true class."""
    shares = matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True))
    names = fonts.number_names(labels) if len(labels) <= MAX_NAMED else []

    def draw(axes: Axes) -> None:
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.grid(visible=False)
        axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel="predicted", ylabel="true")
        if len(labels) <= MAX_NUMBERED:
            for (row, column), count in np.ndenumerate(matrix):
                ink = "white" if shares[row, column] > 0.5 else "black"
                axes.text(column, row, str(count), ha="center", va="center", color=ink)

    side = min(9.0, 2.6 + 0.35 * len(labels))
    hits = f"{matrix.trace()} of {matrix.sum()} test images"
    plot = draw_plot(draw, f"Confusion matrix: the class of {hits} is found", (side + 0.6, side))
    return replace(plot, legend=fonts.list_numbered(labels) if names else ())


def draw_plot(draw: Draw, alt: str, size: tuple[float, float] = SIZE) -> Plot:
    """Draws the plot in both inks."""
    light, dark = (to_data_uri("svg+xml", draw_svg(draw, size, ink)) for ink in INK.values())
    return Plot(light, dark, alt)


def draw_svg(draw: Draw, size: tuple[float, float], ink: str) -> bytes:
    """Draws the plot on a transparent background."""
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    stream = io.BytesIO()
    with matplotlib.rc_context(STYLE | dict.fromkeys(inks, ink)):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    return stream.getvalue()
