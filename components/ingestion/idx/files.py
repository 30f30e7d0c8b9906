"""Reads IDX files, packed by gzip or not, without keeping more than one image in memory.

A header has a magic number and the sizes of each axis, each in four bytes, the highest first:
yann.lecun.com/exdb/mnist. Bytes follow, the last axis fastest.
"""

from __future__ import annotations

import gzip
import os
import shutil
import struct
import tempfile
import threading
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components.errors import DataError

IMAGES, LABELS = 0x803, 0x801  # Magic numbers: bytes (8), with three axes or one.
MOST_PIXELS = 2**26  # Of an image: more are not read at once.
PIECE = 2**20  # Bytes.
PACKED = ".gz"
UNPACKED_AT_ONCE = 8  # Files.
UNPACKING = threading.Lock()


class Header(NamedTuple):
    """What a file of images says of itself."""

    images: int
    height: int
    width: int

    @property
    def start(self) -> int:
        """Where the first image begins."""
        return 16

    @property
    def pixels(self) -> int:
        """The bytes of an image."""
        return self.height * self.width


def check_images(path: str) -> Header:
    """Reads the header of a file of images, and checks the file's length. Raises DataError."""
    header = Header(*read_numbers(path, IMAGES, 3))
    if not 1 <= header.pixels <= MOST_PIXELS:
        raise refuse(path, f"its images are {header.height} x {header.width}, not 1 to 8192 a side")
    check_length(path, measure(path), header.start + header.images * header.pixels)
    return header


def read_labels(path: str) -> bytes:
    """Reads all labels: a byte each. Raises DataError."""
    (count,) = read_numbers(path, LABELS, 1)
    check_length(path, measure(path), 8 + count)
    return read_part(path, 8, count)


def read_image(path: str, index: int) -> NDArray[np.uint8]:
    """Reads one image of a checked file: [H, W]. Raises OpError if the file is gone."""
    header = Header(*read_numbers(path, IMAGES, 3))
    data = read_part(path, header.start + index * header.pixels, header.pixels)
    return np.frombuffer(data, np.uint8).reshape(header.height, header.width)


def read_numbers(path: str, magic: int, axes: int) -> tuple[int, ...]:
    """Reads the header's sizes. Raises DataError for another magic number."""
    head = read_part(path, 0, 4 * (1 + axes))
    found = int.from_bytes(head[:4], "big")
    if found != magic:
        raise refuse(path, f"it begins with 0x{head[:4].hex()}, not with 0x{magic:08x}")
    if len(head) < 4 * (1 + axes):
        raise refuse(path, f"its header has {len(head)} bytes, not {4 * (1 + axes)}")
    return struct.unpack(f">{axes}I", head[4:])


def check_length(path: str, found: int, expected: int) -> None:
    """Raises DataError if the file has not the length that its header announces."""
    if found != expected:
        problem = "bytes are missing" if found < expected else "bytes follow the last one"
        raise refuse(
            path, f"it has {found:,} bytes and its header announces {expected:,}: {problem}"
        )


def measure(path: str) -> int:
    """Returns the length of the file, unpacked."""
    if path.endswith(PACKED):
        return unpack(path).length
    return int(tf.io.gfile.stat(path).length)


def read_part(path: str, start: int, length: int) -> bytes:
    """Reads some bytes of the file, unpacked."""
    if path.endswith(PACKED):
        return unpack(path).read(start, length)
    with tf.io.gfile.GFile(path, "rb") as file:
        file.seek(start)
        return file.read(length)


class Unpacked:
    """A file without a name on this machine's disk: it ends with its last use, or its process."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - `finalize` closes it.
        weakref.finalize(self, self.file.close)

    @property
    def length(self) -> int:
        """Bytes."""
        return os.fstat(self.file.fileno()).st_size

    def read(self, start: int, length: int) -> bytes:
        """Reads some bytes; several threads may do so at once."""
        return os.pread(self.file.fileno(), length, start)


def unpack(path: str) -> Unpacked:
    """The unpacked file."""
    state = tf.io.gfile.stat(path)
    with UNPACKING:
        return _unpack(path, state.length, state.mtime_nsec)


@lru_cache(maxsize=UNPACKED_AT_ONCE)
def _unpack(path: str, length: int, changed: int) -> Unpacked:
    """`length` and `changed` are those of the file: another state of it is unpacked again."""
    unpacked = Unpacked()
    with (
        explain_damage(path),
        tf.io.gfile.GFile(path, "rb") as packed,
        gzip.GzipFile(fileobj=packed) as stream,
    ):
        shutil.copyfileobj(stream, unpacked.file, PIECE)
    unpacked.file.flush()
    return unpacked


@contextmanager
def explain_damage(path: str) -> Iterator[None]:
    """Turns gzip's errors into DataError."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise refuse(path, f"it cannot be unpacked: {error}") from error


def refuse(path: str, problem: str) -> DataError:
    """The error about a damaged file."""
    return DataError(
        "idx_damaged", f"{path!r} is not a whole IDX file: {problem}. Download it again."
    )
