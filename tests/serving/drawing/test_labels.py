"""A label below its image."""

import io

import numpy as np
import pytest
from PIL import Image

from serving.drawing import labels
from serving.drawing.labels import draw_label, draw_strip
from serving.rgb_images import UnreadableImageError
from tests.fakes import tiny

ANSWER = {"tulip": 0.973, "rose": 0.027}


@pytest.mark.parametrize(
    ("height", "width"),
    [pytest.param(300, 400, id="usual"), pytest.param(300, 30, id="narrow")],
)
def test_the_image_keeps_its_pixels_above_the_strip(height, width):
    pixels = tiny.pixels(height, width)

    shown = np.asarray(Image.open(io.BytesIO(draw_label(tiny.png(pixels), "tulip", ANSWER))))

    np.testing.assert_array_equal(shown[:height, :width], pixels)
    assert shown.shape[0] > height
    assert (shown[height:] < 128).any()


def test_an_upright_image_is_drawn_of_one_with_an_orientation(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    Image.new("RGB", (400, 200)).save(stream, "JPEG", exif=exif)

    assert Image.open(io.BytesIO(draw_label(stream.getvalue(), "tulip", ANSWER))).width == 200


def test_words_grow_with_the_image_and_stay_inside_it():
    small, large = (draw_strip("tulip", ANSWER, width) for width in (400, 4000))

    assert small.height < large.height
    assert small.width <= 400
    assert draw_strip("n" * 60, {"n" * 60: 1.0}, 2000).width <= 2000


def test_label_and_probability_are_written():
    text, _ = labels._choose_words("tulip", ANSWER, 12)

    assert text == "tulip 97.3%"


def test_a_label_without_a_font_is_numbered():
    label = "\U0010ff00"  # A private character.

    text, _ = labels._choose_words(label, {"rose": 0.1, label: 0.9}, 12)

    assert text == "class 1 90.0%"


def test_a_label_cannot_act():
    text, _ = labels._choose_words("\u202etulip", {"\u202etulip": 1.0}, 12)

    assert text == "\\u202etulip 100.0%"


def test_damaged_pixels_are_refused():
    with pytest.raises(UnreadableImageError):
        draw_label(tiny.png(tiny.pixels(20, 30))[:-40], "tulip", ANSWER)
