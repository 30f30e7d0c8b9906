"""Reads a file: the digest of all its bytes, and no more of the bytes than an image can have.

Folders of photographs also contain videos and archives. They are read in pieces that are not kept.
The bytes of images count in the memory budget, so that threads do not fill the memory with them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import tensorflow as tf

from components.ingestion import rejects
from components.ingestion.idx import members
from components.ingestion.images import Limits, RejectError
from serving import formats
from serving.server import memory_budget

PIECE = 2**20  # Bytes.
PIXEL_BYTES = 8  # At most: 16 bits for each of red, green, blue and alpha, not compressed.
HEADER_BYTES = 2**16


@dataclass(frozen=True)
class Content:
    """What was read of a file."""

    digest: str  # SHA-256 of the whole file.
    length: int  # Bytes of the whole file.
    data: bytes  # The whole file; only its first bytes if it is not an image, or too long.


@contextmanager
def read(path: str, limits: Limits) -> Iterator[Content]:
    """Reads a file once; do not keep its bytes after `with`, where they count in the budget.

    Raises OpError if it does not exist or is not a regular file.
    """
    if member := members.find_member(path):
        yield _read_member(*member)
        return
    _check_regular(path)
    with ExitStack() as stack:
        with tf.io.gfile.GFile(path, "rb") as file:
            head = file.read(formats.HEAD)
            length = file.size()
            if length > find_max_bytes(limits) or not formats.may_be_image(head):
                content = Content(_compute_digest(head, file), length, head)
            else:
                stack.enter_context(memory_budget.share_files().reserve(length))
                file.seek(0)
                content = _keep(file.read())
        yield content


def _read_member(path: str, index: int) -> Content:
    part = members.read(path, index)
    return Content(part.digest, len(part.png), part.png)


def _keep(data: bytes) -> Content:
    return Content(hashlib.sha256(data).hexdigest(), len(data), data)


def read_start(path: str, max_bytes: int) -> bytes:
    """Reads up to `max_bytes` of any file. Raises OpError."""
    _check_regular(path)
    with tf.io.gfile.GFile(path, "rb") as file:
        return file.read(max_bytes)


def check_length(content: Content, limits: Limits) -> None:
    """Raises RejectError for an image file that is longer than any accepted image."""
    max_bytes = find_max_bytes(limits)
    if content.length > max_bytes and formats.may_be_image(content.data):
        detail = f"{content.length} bytes, but {limits.max_pixels} pixels need at most {max_bytes}"
        raise RejectError(rejects.TOO_MANY_PIXELS, detail)


def find_max_bytes(limits: Limits) -> int:
    """Returns the length of the longest image file that is read whole."""
    return limits.max_pixels * PIXEL_BYTES + HEADER_BYTES


def _check_regular(path: str) -> None:
    """Raises OpError for a file that might block its reader. Unlike Path's, these never raise."""
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        raise tf.errors.FailedPreconditionError(None, None, "a pipe, a socket or a device")


def _compute_digest(head: bytes, file: tf.io.gfile.GFile) -> str:
    digest = hashlib.sha256(head)
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()
