"""Formats by their first bytes, and ends that are missing."""

from __future__ import annotations

import pytest

from serving import formats
from tests.fakes.image_files import file_of, jpeg, picture

KINDS = ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "JPEG2000"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_format_is_known_by_its_first_bytes(kind):
    assert formats.detect(file_of(picture(), kind)) == kind


def test_text_has_no_known_format():
    assert formats.detect(b"hello") is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_lacks_nothing(kind):
    assert not formats.lacks_end(file_of(picture(), kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_half_a_file_lacks_its_end(kind):
    whole = file_of(picture(), kind)

    assert formats.lacks_end(whole[: len(whole) // 2])


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_image():
    thumbnail = b"Exif\0\0" + jpeg(1)

    assert formats.lacks_end(jpeg(exif=thumbnail)[:-100])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(jpeg(), False, id="jpeg"),
        pytest.param(jpeg() + b"more", True, id="jpeg-and-more"),
        pytest.param(jpeg(exif=b"Exif\0\0" + jpeg(1))[:-100], False, id="half-with-thumbnail"),
        pytest.param(file_of(picture()), False, id="png"),
        pytest.param(file_of(picture()) + b"more", True, id="png-and-more"),
        pytest.param(b"hello", False, id="text"),
    ],
)
def test_bytes_after_the_end_are_noticed(data, expected):
    assert formats.has_more(data) is expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param(b"\0\0\0 ftypmif1", True, id="avif-or-heic"),
        pytest.param(b"\0\0\0 ftypmp42", False, id="video"),
        pytest.param(b"PK\x03\x04" + bytes(60), False, id="archive"),
        pytest.param(b"", False, id="nothing"),
    ],
)
def test_the_first_bytes_rule_out_files_that_are_not_images(start, expected):
    assert formats.may_be_image(start) is expected


@pytest.mark.parametrize("kind", formats.SIGNATURES)
def test_every_signature_lies_within_the_bytes_that_are_looked_at(kind):
    ends = [offset + len(magic) for offset, magic in formats.SIGNATURES[kind]]

    assert max(ends) <= formats.HEAD
