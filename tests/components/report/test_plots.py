"""Plots: for light and dark, the same each time, with whatever names classes have."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from components.report import plots


def content(uri):
    """A data URI's SVG."""
    assert uri.startswith("data:image/svg+xml;base64,")
    return base64.b64decode(uri.partition(",")[2]).decode()


def test_a_plot_is_drawn_in_two_inks_and_always_the_same():
    first, again = (plots.draw_sizes([(40, 30), (20, 70)]) for _ in range(2))

    assert plots.INK["light"] in content(first.light)
    assert plots.INK["dark"] in content(first.dark)
    assert first == again


@pytest.mark.parametrize("name", ["$x$ $", "<b>&", "猫", "a_b^c\\d", ""])
def test_a_class_may_have_any_name(name):
    plot = plots.draw_confusion(np.array([[2, 1], [0, 0]]), [name, "other"])

    assert "</svg>" in content(plot.light)
    assert plot.alt == "Confusion matrix: the class of 2 of 3 test images is found"


@pytest.mark.parametrize("name", ["猫", "शेर", "گربه", "חתול", "🌹"])
def test_names_that_the_font_lacks_are_numbered_and_listed(name):
    plot = plots.draw_confusion(np.eye(3, dtype=int), ["rose", name, "tulip"])

    assert plot.legend == (f"class 1: {name}",)


@pytest.mark.parametrize("name", ["rose", "Gänseblümchen", "роза", "τριαντάφυλλο"])
def test_names_that_the_font_has_are_not_numbered(name):
    assert plots.draw_confusion(np.eye(2, dtype=int), ["rose", name]).legend == ()


def test_many_classes_have_a_matrix_too():
    plot = plots.draw_confusion(np.eye(120, dtype=int), [str(n) for n in range(120)])

    assert len(plot.light) < 100_000


def test_a_curve_may_have_only_one_part_and_one_epoch():
    plot = plots.draw_curve("loss", {"train": {1: 0.5}, "validation": {}}, None)

    assert plot.alt == "loss over the epochs, at the end 0.500 in train"
