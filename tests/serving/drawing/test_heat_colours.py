"""The colours of heat maps."""

import numpy as np

from serving.drawing.heat_colours import ANCHORS, make_heat_colours

LIGHTNESS = (0.2126, 0.7152, 0.0722)  # Of linear red, green and blue: ITU-R BT.709.


def test_levels_go_from_clear_and_dark_to_opaque_and_bright():
    colours = make_heat_colours(5)

    assert colours[:, :3].tolist() == [list(anchor) for anchor in ANCHORS]
    assert colours[:, 3].tolist() == [0, 64, 128, 191, 255]


def test_a_higher_level_is_never_darker():
    light = (make_heat_colours()[:, :3] / 255.0) ** 2.2 @ LIGHTNESS

    assert (np.diff(light) > -1e-4).all()
