"""The picture of a model's layers."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from pipeline.inspection import graph_picture, model_table
from pipeline.inspection.layer_grid import list_links, list_shown
from tests.fakes import tiny

MODEL = model_table.build_shown(tiny.MASKS)
SHAPES = model_table.list_shapes(MODEL)


@pytest.fixture(scope="module")
def svg():
    return graph_picture.draw(MODEL, SHAPES, "svg").decode()


def test_each_layer_has_its_name_kind_shape_and_parameters(svg):
    texts = re.findall(r">([^<>]+)</text>", svg)

    for layer in list_shown(MODEL):
        assert layer.name in texts
        assert type(layer).__name__ in texts
        if layer.count_params() > 1:
            assert f"{SHAPES[layer.name]}   {layer.count_params():,} parameters" in texts


def test_there_is_an_arrow_for_each_link_and_a_box_for_each_layer(svg):
    patches = re.findall(r'<g id="patch_\d+">', svg)

    background = 1
    arrows = 2 * len(list_links(MODEL))  # A line and a head.
    paths = svg.count("<path")
    assert len(patches) == background + len(list_links(MODEL)) + len(list_shown(MODEL))
    assert paths >= arrows + len(list_shown(MODEL))


def test_a_png_has_pixels_of_layers_with_weights():
    png = Image.open(io.BytesIO(graph_picture.draw(MODEL, SHAPES, "png"))).convert("RGB")

    assert (0xDB, 0xEA, 0xFE) in {colour for _, colour in png.getcolors(1_000_000)}
    assert png.height > png.width


@pytest.mark.parametrize("file_format", ["png", "svg", "pdf"])
def test_the_same_model_gives_the_same_bytes(file_format):
    one, other = (graph_picture.draw(MODEL, SHAPES, file_format) for _ in range(2))

    assert one == other
