"""Warnings about files that decoders accept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.ingestion import file_warnings
from components.ingestion.images import Picture
from tests.fakes.image_files import file_of, jpeg, picture

PICTURE = Picture(b"", "PNG", 40, 48)


def test_what_is_lost_of_a_picture_is_a_warning():
    lost = replace(PICTURE, has_more_frames=True, is_transparent=True)

    found = file_warnings.find_warnings("1.png", file_of(picture()), lost)

    assert found == [file_warnings.MORE_FRAMES, file_warnings.TRANSPARENCY_IGNORED]


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        pytest.param("1.jpg", jpeg(), [], id="jpeg"),
        pytest.param("1.JPEG", jpeg(), [], id="capitals"),
        pytest.param("1", file_of(picture()), [], id="no-ending"),
        pytest.param("1.jpg", file_of(picture()), [file_warnings.WRONG_EXTENSION], id="png-as-jpg"),
        pytest.param("1.png", file_of(picture(), "GIF"), [file_warnings.WRONG_EXTENSION], id="gif"),
        pytest.param("1.jpg", jpeg() + b"more", [file_warnings.TRAILING_BYTES], id="more"),
        pytest.param(
            "1.gif", file_of(picture(), "GIF")[:-1], [file_warnings.END_MISSING], id="no-end"
        ),
        pytest.param(
            "1.jpg",
            file_of(picture()) + b"more",
            [file_warnings.WRONG_EXTENSION, file_warnings.TRAILING_BYTES],
            id="two-at-once",
        ),
    ],
)
def test_a_file_has_its_warnings(path, data, expected):
    assert file_warnings.find_warnings(path, data, PICTURE) == expected
