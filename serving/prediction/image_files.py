"""Which files of a folder are images, on any storage: what opens a file is an argument."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import PurePath
from typing import IO

from serving import formats, left_out

# A file of such a name is taken for an image. If it cannot be read as one, it is named.
SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp"),
        *(".tif", ".tiff", ".jp2", ".j2k", ".avif", ".heic", ".heif", ".jxl"),
    }
)
MAX_BYTES = 2**28  # Of one image file.
NOT_AN_IMAGE = "not_an_image"

Open = Callable[[str], AbstractContextManager[IO[bytes]]]  # Raises OSError.


class TooLargeError(OSError):
    """A file of more than MAX_BYTES, which is not read."""

    def __init__(self) -> None:
        super().__init__(f"it has more than {MAX_BYTES:,} bytes")


def find_kind(name: str, path: str, open_file: Open) -> str:
    """The kind of a file that is left out for its name or its first bytes; empty for an image."""
    return left_out.find_kind(name) or ("" if _is_image(path, open_file) else NOT_AN_IMAGE)


def _is_image(path: str, open_file: Open) -> bool:
    if PurePath(path).suffix.lower() in SUFFIXES:
        return True
    try:
        with open_file(path) as file:
            return formats.may_be_image(file.read(formats.HEAD))
    except OSError:
        return False
