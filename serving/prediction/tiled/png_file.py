"""Writes a PNG of a mask row by row: other libraries want all pixels at once."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from serving import overlay
from serving.prediction.tiled.grid import Pair

START = b"\x89PNG\r\n\x1a\n"
DEPTH, PALETTE = 8, 3  # Bits, and the colour type.
UNFILTERED = 0  # Filters that help photographs do not help masks.


def write(path: Path, size: Pair, strips: Iterator[bytes]) -> None:
    """Writes a mask of this height and width, in the colours of overlays, from its rows."""
    height, width = size
    head = struct.pack(">IIBBBBB", width, height, DEPTH, PALETTE, 0, 0, 0)
    packer = zlib.compressobj()
    with path.open("wb") as file:
        file.write(START)
        _write_chunk(file, b"IHDR", head)
        _write_chunk(file, b"PLTE", overlay.make_palette().tobytes())
        for strip in strips:
            rows = np.frombuffer(strip, np.uint8).reshape(-1, width)
            filtered = np.pad(rows, ((0, 0), (1, 0)), constant_values=UNFILTERED)
            _write_chunk(file, b"IDAT", packer.compress(filtered.tobytes()))
        _write_chunk(file, b"IDAT", packer.flush())
        _write_chunk(file, b"IEND", b"")


def _write_chunk(file: IO[bytes], kind: bytes, data: bytes) -> None:
    checksum = zlib.crc32(kind + data)
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum))
