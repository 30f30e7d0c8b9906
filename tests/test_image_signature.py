"""Formats by their first bytes, and ends that are missing."""

from __future__ import annotations

import pytest
from image_files import file_of, jpeg, picture

from components import image_signature

KINDS = ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "JPEG2000"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_format_is_known_by_its_first_bytes(kind):
    assert image_signature.kind(file_of(picture(), kind)) == kind


def test_a_text_is_no_format():
    assert image_signature.kind(b"hello") is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_lacks_nothing(kind):
    assert not image_signature.lacks_end(file_of(picture(), kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_half_a_file_lacks_its_end(kind):
    whole = file_of(picture(), kind)

    assert image_signature.lacks_end(whole[: len(whole) // 2])


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_image():
    thumbnail = b"Exif\0\0" + jpeg(1)

    assert image_signature.lacks_end(jpeg(exif=thumbnail)[:-100])
