"""Places the layers of a model on a grid, from the inputs at the top to the outputs below.

A simple form of the layered drawings of Sugiyama, Tagawa and Toda (1981), for graphs that are
nearly a line: no order is searched for, and skip connections have lanes beside the layers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import keras

from trainer.models.geometry import map_outputs_to_layers
from trainer.models.layers import HalveMask, SizeMask
from trainer.models.split import list_inputs

Link = tuple[str, str]  # The names of a layer and of one that reads its output.


class Place(NamedTuple):
    """A cell of the grid."""

    row: int
    column: int


class Grid(NamedTuple):
    """Where the layers are, and the column in which each link passes the rows between them."""

    places: dict[str, Place]
    lanes: dict[Link, int]


def list_shown(model: keras.Model) -> list[keras.Layer]:
    """The layers without those that only compute masks of the padding."""
    shown: list[keras.Layer] = []
    needed: set[str] = set()
    makers = map_outputs_to_layers(model)
    for layer in reversed(model.layers):  # Consumers before producers.
        is_output = any(layer.output is tensor for tensor in model.outputs)
        if not isinstance(layer, SizeMask | HalveMask) and (is_output or layer.name in needed):
            shown.append(layer)
            needed |= {makers[id(tensor)] for tensor in list_inputs(layer)}
    return shown[::-1]


def list_links(model: keras.Model) -> list[Link]:
    """The links between the layers that are shown."""
    makers, shown = map_outputs_to_layers(model), list_shown(model)
    names = {layer.name for layer in shown}
    links = [(makers[id(tensor)], layer.name) for layer in shown for tensor in list_inputs(layer)]
    return list(dict.fromkeys(link for link in links if link[0] in names))


def arrange(names: Iterable[str], links: list[Link]) -> Grid:
    """A grid in which all links lead down. `names` are in the order of computation."""
    places: dict[str, Place] = {}
    taken: set[Place] = set()
    for name in names:
        sources = [places[source] for source, target in links if target == name]
        row = 1 + max((place.row for place in sources), default=-1)
        columns = [place.column for place in sources]
        places[name] = take_first_free(taken, range(row, row + 1), columns)
    return Grid(places, find_lanes(places, links, taken))


def find_lanes(places: dict[str, Place], links: list[Link], taken: set[Place]) -> dict[Link, int]:
    """A free column for each link, in the rows between its ends; the shortest links come first."""
    lanes = {}
    for link in sorted(links, key=lambda link: places[link[1]].row - places[link[0]].row):
        source, target = (places[name] for name in link)
        rows = range(source.row + 1, target.row)
        lanes[link] = take_first_free(taken, rows, [source.column, target.column]).column
    return lanes


def take_first_free(taken: set[Place], rows: range, preferred: list[int]) -> Place:
    """Takes the rows in the first column in which all of them are free; returns the first cell."""
    columns = (*preferred, *range(len(taken) + 1))
    column = next(c for c in columns if not any(Place(row, c) in taken for row in rows))
    taken.update(Place(row, column) for row in rows)
    return Place(rows.start, column)
