"""Masks as pictures."""

import io

import numpy as np
import pytest
from PIL import Image

from serving import overlay
from tests.fakes import tiny

FRACTIONS = {"pet": 0.25, "background": 0.75}


def opened(png):
    return Image.open(io.BytesIO(png))


def test_neighbouring_classes_have_different_colours():
    colours = overlay.make_palette(20).astype(int)

    assert len({tuple(colour) for colour in colours.tolist()}) == 20
    assert np.abs(np.diff(colours, axis=0)).max(axis=1).min() > 30


def test_a_mask_in_colours_keeps_its_ids():
    mask = np.array([[0, 1, 2], [7, 9, 200]], np.uint8)
    png = overlay.encode_mask(mask)
    shown = opened(png)

    assert png[24] == 8  # Bits a pixel, in a PNG's header.
    np.testing.assert_array_equal(np.asarray(shown), mask)
    np.testing.assert_array_equal(np.asarray(shown.convert("RGB")), overlay.make_palette()[mask])


@pytest.mark.parametrize(
    ("height", "width"), [(40, 60), (40, 1), (20, 3000)], ids=["usual", "narrow", "strip"]
)
def test_image_mask_and_legend_are_on_one_picture(height, width):
    mask = np.zeros((height, width), np.uint8)
    png = overlay.draw_overlay(tiny.png(tiny.pixels(height, width)), mask, FRACTIONS)

    shown = opened(png)
    legend = overlay.draw_legend(["pet 25.0%", "background 75.0%"])
    assert shown.size == (max(width, legend.width), height + legend.height)


def test_a_pixel_blends_its_image_and_its_class_equally():
    image = Image.new("RGB", (1, 1), (100, 100, 100))
    shown = overlay.blend(image, np.array([[2]], np.uint8)).getpixel((0, 0))

    expected = (np.array(overlay.COLOURS[2]) + 100) / 2
    assert np.abs(np.array(shown) - expected).max() <= 1


def test_each_class_is_outlined_in_its_own_colour():
    mask = np.repeat(np.array([[0, 0, 0, 1, 1]], np.uint8), 4, axis=0)
    shown = overlay.blend(Image.new("RGB", (5, 4), (255, 255, 255)), mask)

    assert shown.getpixel((2, 1)) == overlay.COLOURS[0]
    assert shown.getpixel((1, 1)) != overlay.COLOURS[0]
    assert shown.getpixel((3, 1)) != overlay.COLOURS[1]


def test_a_mask_of_another_size_is_refused_with_both_sizes():
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(4, 2\)"):
        overlay.blend(Image.new("RGB", (3, 2)), np.zeros((2, 4), np.uint8))


def test_the_legend_has_a_line_and_a_colour_for_each_class():
    legend = overlay.draw_legend(["a", "b", "c"])

    for number in range(3):
        top = overlay.GAP + number * overlay.LINE + overlay.SQUARE // 2
        square = legend.getpixel((overlay.GAP + overlay.SQUARE // 2, top))
        assert square == overlay.COLOURS[number]


@pytest.mark.parametrize("name", ["猫", "शेर", "🌹", "Gänse"])
def test_a_class_whose_name_the_font_lacks_is_numbered(name):
    assert overlay.number_names(["rose", name]) == ["rose", "class 1"]
    assert overlay.draw_legend(overlay.number_names(["rose", name])).width > 40


def test_other_names_are_drawn():
    assert overlay.number_names(["rose", "rose & [bed]"]) == ["rose", "rose & [bed]"]
