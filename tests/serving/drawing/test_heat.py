"""Pictures of evidence."""

import io

import numpy as np
import pytest
from PIL import Image

from serving.client import Box, HeatMaps, Prediction
from serving.drawing import diverging, heat
from serving.rgb_images import UnreadableImageError
from tests.fakes import tiny


def make_maps(evidence, size):
    """Maps of two classes; the second one's evidence is given, at a stride of 16."""
    scores = np.stack([np.negative(evidence), evidence], axis=-1).astype("float32")
    return HeatMaps(
        Prediction("dog", {"cat": 0.2, "dog": 0.8}),
        scores,
        strides=(16, 16),
        origin=(8.0, 8.0),
        scaled_size=size,
        size=size,
        seen=Box(0, 0, *size),
    )


def test_equal_steps_of_values_are_equal_steps_of_lightness():
    colours = diverging.colour(np.linspace(-1, 1, 41)) / 255
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)

    cones = np.cbrt(linear @ np.linalg.inv(diverging.TO_LINEAR).T)
    lightness = (cones @ np.linalg.inv(diverging.TO_CONES).T)[:, 0]

    np.testing.assert_allclose(np.abs(np.diff(lightness)), 0.016, atol=0.004)


def test_signs_have_different_hues_and_zero_has_none():
    below, zero, above = diverging.colour(np.array([-1.0, 0.0, 1.0])).astype(int)

    assert below[2] > below[0] + 60
    assert above[0] > above[2] + 60
    assert np.ptp(zero) <= 1


def test_evidence_for_and_against_is_at_its_place():
    picture = Image.new("RGB", (32, 16), "white")
    maps = make_maps([[-2.0, 2.0]], (16, 32))

    drawn = np.asarray(heat.blend(picture, maps, "dog")).astype(int)

    assert drawn[8, 4, 2] > drawn[8, 4, 0]
    assert drawn[8, 28, 0] > drawn[8, 28, 2]
    np.testing.assert_array_equal(drawn, np.asarray(heat.blend(picture, maps, "cat"))[:, ::-1])


def test_without_evidence_the_picture_is_grey():
    drawn = np.asarray(
        heat.blend(Image.new("RGB", (9, 7), "red"), make_maps([[0.0]], (7, 9)), "cat")
    )

    assert np.ptp(drawn, axis=-1).max() == 0


@pytest.mark.parametrize(("height", "width"), [(300, 500), (16, 20)])
def test_the_legend_is_below_the_picture(height, width):
    maps = make_maps([[1.0, -3.0]], (height, width))
    encoded = tiny.png(tiny.pixels(height, width))

    with Image.open(io.BytesIO(heat.draw_overlay(encoded, maps, "dog"))) as whole:
        assert whole.width >= width
        top = whole.crop((0, 0, width, height)).tobytes()
    with Image.open(io.BytesIO(encoded)) as image:
        assert top == heat.blend(image, maps, "dog").tobytes()


def test_a_damaged_image_is_refused():
    damaged = tiny.png(tiny.pixels(20, 30))[:-40]

    with pytest.raises(UnreadableImageError):
        heat.draw_overlay(damaged, make_maps([[1.0]], (20, 30)), "dog")
