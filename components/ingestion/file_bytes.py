"""A file's content: the digest of all of it, and of its bytes no more than an image has.

Videos and archives lie among photographs: they are read piece by piece and not kept, or the
threads of ingestion would fill the memory with them.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

import tensorflow as tf

from components.ingestion import formats, rejects
from components.ingestion.images import Limits, Refused

PIECE = 2**20  # Bytes.
DEEPEST_PIXEL = 8  # Bytes: red, green, blue and alpha of 16 bits, not compressed.
BESIDE_PIXELS = 2**16  # Bytes.


@dataclass(frozen=True)
class Content:
    """What was read of a file."""

    digest: str  # SHA-256 of the whole file.
    length: int  # Bytes of the whole file.
    data: bytes  # The whole file; its first bytes where it is no image, or too long.


def read(path: str, limits: Limits) -> Content:
    """Reads a file once. Raises OpError where there is none, or where it is no regular file."""
    _check_regular(path)
    with tf.io.gfile.GFile(path, "rb") as file:
        head = file.read(formats.HEAD)
        length = file.size()
        if length > most_bytes(limits) or not formats.may_be_image(head):
            return Content(_digest(head, file), length, head)
        file.seek(0)
        data = file.read()
    return Content(hashlib.sha256(data).hexdigest(), len(data), data)


def read_start(path: str, most: int) -> bytes:
    """The first bytes of a file, whatever is in it; no more than `most`. Raises OpError."""
    _check_regular(path)
    with tf.io.gfile.GFile(path, "rb") as file:
        return file.read(most)


def check_length(content: Content, limits: Limits) -> None:
    """Raises Refused for what begins as an image and is longer than any that is taken."""
    most = most_bytes(limits)
    if content.length > most and formats.may_be_image(content.data):
        detail = f"{content.length} bytes: {limits.max_pixels} pixels take no more than {most}"
        raise Refused(rejects.TOO_MANY_PIXELS, detail)


def most_bytes(limits: Limits) -> int:
    """The length of the longest image file that is read whole."""
    return limits.max_pixels * DEEPEST_PIXEL + BESIDE_PIXELS


def _check_regular(path: str) -> None:
    """Raises OpError where a reader might wait for ever. Unlike Path's, these two never raise."""
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        raise tf.errors.FailedPreconditionError(None, None, "a pipe, a socket or a device")


def _digest(head: bytes, file: tf.io.gfile.GFile) -> str:
    digest = hashlib.sha256(head)
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()
