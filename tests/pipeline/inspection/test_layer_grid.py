"""Where the layers of a model are drawn."""

from __future__ import annotations

import itertools

import pytest

from pipeline.inspection import model_table
from pipeline.inspection.layer_grid import arrange, list_links, list_shown
from trainer import configs

CHAIN = [("a", "b"), ("b", "c"), ("c", "d")]
SHORTCUT = [*CHAIN, ("a", "d")]
BRANCHES = [("a", "b"), ("a", "c"), ("a", "d"), ("b", "e"), ("c", "e"), ("d", "e")]


@pytest.fixture(scope="module", params=["flowers", "pets", "flowers-transfer"])
def model(request):
    return model_table.build_shown(configs.load(request.param))


def test_a_chain_is_one_column():
    grid = arrange("abcd", CHAIN)

    assert [grid.places[name] for name in "abcd"] == [(0, 0), (1, 0), (2, 0), (3, 0)]


def test_a_shortcut_passes_the_layers_between_in_a_lane_beside_them():
    grid = arrange("abcd", SHORTCUT)

    assert grid.lanes["a", "d"] == 1


def test_branches_are_next_to_each_other():
    grid = arrange("abcde", BRANCHES)

    assert [grid.places[name] for name in "bcd"] == [(1, 0), (1, 1), (1, 2)]
    assert grid.places["e"] == (2, 0)


def test_a_longer_shortcut_is_further_outside():
    grid = arrange("abcdef", [*itertools.pairwise("abcdef"), ("a", "f"), ("b", "d")])

    assert (grid.lanes["b", "d"], grid.lanes["a", "f"]) == (1, 2)


def test_every_link_of_a_model_leads_down_and_no_two_things_share_a_cell(model):
    links = list_links(model)
    grid = arrange([layer.name for layer in list_shown(model)], links)
    cells = [*grid.places.values()]
    for (source, target), lane in grid.lanes.items():
        rows = range(grid.places[source].row + 1, grid.places[target].row)
        cells += [(row, lane) for row in rows]

    assert all(grid.places[source].row < grid.places[target].row for source, target in links)
    assert len(cells) == len(set(cells))


def test_masks_of_the_padding_are_left_out_and_all_weights_are_shown(model):
    shown = list_shown(model)

    assert {"mask", "size"}.isdisjoint(layer.name for layer in shown)
    assert sum(layer.count_params() for layer in shown) == model.count_params()
