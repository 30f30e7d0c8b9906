"""Boxes on pictures."""

import io

import numpy as np
import pytest
from PIL import Image

from serving.client import Box, Localization
from serving.drawing import boxes
from serving.overlay import COLOURS
from tests.fakes import tiny

GREEN = (0, 200, 0)


def drawn(box, words=""):
    """Where a black picture of 40 x 60 is green."""
    picture = Image.new("RGB", (60, 40))
    boxes.draw(picture, box, GREEN, words)
    return (np.asarray(picture) == GREEN).all(-1)


def test_a_box_is_drawn_on_its_sides_only():
    marked = drawn(Box(10, 20, 30, 50))

    rows, columns = np.nonzero(marked)
    assert (rows.min(), columns.min(), rows.max(), columns.max()) == (10, 20, 30, 50)
    assert not marked[14:26, 24:46].any()


@pytest.mark.parametrize(
    "box",
    [
        pytest.param(Box(-10, -10, 100, 100), id="larger-than-the-picture"),
        pytest.param(Box(30, 50, 10, 20), id="reversed"),
        pytest.param(Box(5, 5, 5, 5), id="point"),
    ],
)
def test_no_box_is_too_odd_to_be_drawn(box):
    assert drawn(box, "words").shape == (40, 60)


def test_words_have_a_background_of_the_boxs_colour():
    assert drawn(Box(10, 20, 38, 58), "cat").sum() > drawn(Box(10, 20, 38, 58)).sum() + 50


@pytest.mark.parametrize("label", ["pug", "猫"], ids=["latin", "a-script-without-glyphs"])
def test_a_class_has_its_colour(label):
    found = Localization(label, {"cat": 0.2, label: 0.8}, Box(2, 2, 30, 40))

    with Image.open(
        io.BytesIO(boxes.draw_overlay(tiny.png(tiny.pixels(40, 60)), found))
    ) as picture:
        assert picture.size == (60, 40)
        assert (np.asarray(picture) == COLOURS[1]).all(-1).sum() > 100
