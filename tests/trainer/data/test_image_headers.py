"""The size in a file's header, read in the graph before the file is decoded."""

from __future__ import annotations

import struct

import pytest
import tensorflow as tf
from PIL import Image

from tests.fakes import image_files
from trainer.data import image_headers

SIZE = (37, 300)  # Height and width, which differ in each of their bytes.


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP"])
def test_the_size_is_that_of_the_image(kind):
    encoded = image_files.file_of(Image.new("RGB", SIZE[::-1]), kind)

    assert image_headers.read_size(encoded).numpy().tolist() == list(SIZE)


def test_a_bmp_stored_from_the_top_has_no_negative_height():
    encoded = bytearray(image_files.file_of(Image.new("RGB", SIZE[::-1]), "BMP"))
    encoded[22:26] = struct.pack("<i", -SIZE[0])

    assert image_headers.read_size(bytes(encoded)).numpy().tolist() == list(SIZE)


@pytest.mark.parametrize("encoded", [b"", b"\x89PNG", b"BM", b"GIF8", b"<html>"])
def test_bytes_without_a_size_have_none(encoded):
    assert image_headers.read_size(encoded).numpy().tolist() == [0, 0]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(image_files.png_header(60_000, 60_000), id="png"),
        pytest.param(b"GIF89a" + struct.pack("<HH", 60_000, 60_000) + bytes(20), id="gif"),
        pytest.param(b"BM" + bytes(16) + struct.pack("<ii", 60_000, -60_000), id="bmp"),
    ],
)
def test_more_pixels_than_allowed_are_refused_with_both_numbers(header):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)60000.*60000.*1000000"):
        image_headers.check_pixels(header, 1_000_000)


def test_as_many_pixels_as_allowed_are_taken():
    encoded = image_files.file_of(Image.new("RGB", SIZE))

    assert image_headers.check_pixels(encoded, SIZE[0] * SIZE[1]).numpy() == encoded
    with pytest.raises(tf.errors.InvalidArgumentError):
        image_headers.check_pixels(encoded, SIZE[0] * SIZE[1] - 1)
