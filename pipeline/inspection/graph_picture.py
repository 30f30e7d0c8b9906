"""Draws the graph of a model's layers: kinds, output shapes and parameters."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

import keras
import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path

from pipeline.inspection.formats import FORMATS
from pipeline.inspection.layer_grid import Grid, Link, arrange, list_links, list_shown

BOX = (2.5, 0.55)  # Inches: width and height of a layer.
ROW, LANE, MARGIN = 0.8, 0.3, 0.3  # Inches: a row's height, and a column's width without layers.
LEARNED, OTHER, INK = "#dbeafe", "#f6f6f6", "#333333"  # Colours of layers with weights, and others.
STYLE = {
    "svg.fonttype": "none",  # Texts stay texts: they can be searched for.
    "svg.hashsalt": "layers",  # The same model gives the same bytes.
    "text.parse_math": False,
}

Point = tuple[float, float]


def draw(model: keras.Model, shapes: Mapping[str, str], file_format: str) -> bytes:
    """A picture of the layers, without those that compute masks of the padding.

    `shapes` are the texts of the output shapes, by the layer's name.
    """
    layers, links = list_shown(model), list_links(model)
    grid = arrange([layer.name for layer in layers], links)
    columns = place_columns(grid)
    stream = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure, axes = make_figure(grid, columns)
        for link in links:
            axes.add_patch(make_arrow(list(trace_link(grid, columns, link))))
        for layer in layers:
            place = grid.places[layer.name]
            draw_layer(axes, layer, shapes[layer.name], (columns[place.column], place.row * ROW))
        figure.savefig(stream, format=file_format, dpi=100, metadata=FORMATS[file_format])
    return stream.getvalue()


def place_columns(grid: Grid) -> list[float]:
    """The centre of each column, in inches; those without layers are narrow."""
    wide = {place.column for place in grid.places.values()}
    count = 1 + max(*wide, *grid.lanes.values(), 0)
    centres, edge = [], 0.0
    for column in range(count):
        width = BOX[0] + LANE if column in wide else LANE
        centres.append(edge + width / 2)
        edge += width
    return centres


def make_figure(grid: Grid, columns: list[float]) -> tuple[Figure, Axes]:
    """A figure of the grid's size, and axes in inches, with y from the top down."""
    rows = 1 + max(place.row for place in grid.places.values())
    layers = [columns[place.column] for place in grid.places.values()]
    left = LANE / 2 - MARGIN
    right = max(max(layers) + BOX[0] / 2, columns[-1]) + MARGIN
    top, bottom = -MARGIN - BOX[1] / 2, (rows - 1) * ROW + BOX[1] / 2 + MARGIN
    figure = Figure(figsize=(right - left, bottom - top))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.axis("off")
    return figure, axes


def trace_link(grid: Grid, columns: list[float], link: Link) -> Iterator[Point]:
    """The corners of a link: from the lower side of a layer, along its lane, to the next layer."""
    source, target = (grid.places[name] for name in link)
    half = BOX[1] / 2
    yield columns[source.column], source.row * ROW + half
    if target.row - source.row > 1:
        lane = columns[grid.lanes[link]]
        yield lane, (source.row + 1) * ROW - half
        yield lane, (target.row - 1) * ROW + half
    yield columns[target.column], target.row * ROW - half


def make_arrow(points: list[Point]) -> FancyArrowPatch:
    """An arrow through the points."""
    return FancyArrowPatch(
        path=Path(points), arrowstyle="-|>", mutation_scale=8, color=INK, linewidth=0.8
    )


def draw_layer(axes: Axes, layer: keras.Layer, shape: str, centre: Point) -> None:
    """A box with the layer's name, its kind, the shape of its output and its parameters."""
    x, y = centre
    width, height = BOX
    count = layer.count_params()
    colour = LEARNED if count else OTHER
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(Rectangle(corner, width, height, facecolor=colour, edgecolor=INK, linewidth=0.8))
    axes.text(x, y - 0.15, layer.name, ha="center", va="center", fontsize=8, weight="bold")
    axes.text(x, y + 0.02, type(layer).__name__, ha="center", va="center", fontsize=7)
    parameters = f"   {count:,} parameter{'s' * (count > 1)}" if count else ""
    axes.text(x, y + 0.17, f"{shape}{parameters}", ha="center", va="center", fontsize=7)
