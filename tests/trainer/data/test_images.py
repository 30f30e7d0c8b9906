"""Pixels: decoded and brought to size in one way."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.fakes import image_files, tiny
from trainer.data import images


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "JPEG"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_each_format_is_rgb(kind, mode):
    drawn = Image.new("RGB", (7, 5), (90, 90, 90)).convert(mode)
    decoded = images.decode(image_files.file_of(drawn, kind))

    assert decoded.dtype == tf.uint8
    np.testing.assert_allclose(decoded, np.full((5, 7, 3), 90), atol=1)


def test_each_grey_keeps_its_value_in_one_channel():
    drawn = np.arange(256, dtype=np.uint8).reshape(16, 16)
    encoded = image_files.file_of(Image.fromarray(drawn))

    np.testing.assert_array_equal(images.decode(encoded, channels=1)[..., 0], drawn)
    np.testing.assert_array_equal(images.load(encoded, 16, channels=1)[..., 0], drawn)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "JPEG"])
def test_colours_of_each_format_become_their_luma(kind):
    drawn = Image.new("RGB", (7, 5), (200, 40, 90))
    decoded = images.load(image_files.file_of(drawn, kind), 32, channels=1)

    np.testing.assert_allclose(
        decoded, np.full((5, 7, 1), 0.299 * 200 + 0.587 * 40 + 0.114 * 90), atol=3
    )


def test_an_animation_is_decoded_to_its_first_frame():
    first, second = (Image.new("RGB", (6, 4), colour) for colour in ("red", "blue"))
    encoded = image_files.file_of(first, "GIF", save_all=True, append_images=[second])

    np.testing.assert_array_equal(images.decode(encoded), np.array(first))


def test_alpha_is_dropped():
    drawn = Image.new("RGBA", (6, 4), (10, 20, 30, 40))

    assert images.decode(image_files.file_of(drawn)).numpy()[0, 0].tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="no-image"),
        pytest.param(image_files.jpeg()[:-200], id="truncated-jpeg"),
        pytest.param(tiny.png(tiny.pixels(20, 20))[:-200], id="truncated-png"),
    ],
)
def test_bytes_that_are_not_a_complete_image_are_refused(encoded):
    with pytest.raises(tf.errors.InvalidArgumentError):
        images.decode(encoded)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param((64, 32), (32, 16), id="tall"),
        pytest.param((33, 66), (16, 32), id="wide"),
        pytest.param((32, 20), (32, 20), id="just-fits"),
        pytest.param((1, 400), (1, 32), id="no-side-under-one"),
        pytest.param((50, 33), (32, 21), id="to-the-nearest-pixel"),
    ],
)
def test_larger_images_are_scaled_down_to_the_longer_side(size, expected):
    scaled = tiny.limited(tiny.pixels(*size), 32)

    assert tuple(scaled.shape[:2]) == expected
    assert scaled.dtype == tf.uint8


def test_smaller_images_keep_every_pixel():
    image = tiny.pixels(5, 31)

    np.testing.assert_array_equal(tiny.limited(image, 32), image)


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 300), width=st.integers(1, 300), limit=st.integers(1, 100))
def test_no_side_is_over_the_limit_and_the_aspect_stays(height, width, limit):
    scaled = tiny.limited(np.zeros((height, width, 3), np.uint8), limit).shape[:2]

    factor = min(1.0, limit / max(height, width))
    assert max(scaled) == min(limit, max(height, width))
    for side, before in zip(scaled, (height, width), strict=True):
        assert abs(side - max(1, before * factor)) <= 0.501


def test_scaling_down_averages_pixels():
    board = np.indices((64, 64)).sum(0) % 2 * 255
    image = np.repeat(board[..., None], 3, -1).astype(np.uint8)

    scaled = tiny.limited(image, 16).numpy()[2:-2, 2:-2]
    np.testing.assert_allclose(scaled, 127.5, atol=3)


def test_the_same_pixels_come_out_inside_a_graph():
    encoded = tiny.png(tiny.pixels(70, 41))
    inside = tf.function(lambda data: images.load(data, 32))

    np.testing.assert_array_equal(inside(encoded), images.load(encoded, 32))
