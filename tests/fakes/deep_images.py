"""PNG and TIFF files of 16 bits that use fewer, as cameras and microscopes write them."""

from __future__ import annotations

import struct
import zlib

import numpy as np

COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # Of PNG, by channels.
CODES = {3: "H", 4: "I", 11: "f", 12: "d"}  # Of TIFF's types.
MAX_SAMPLE, S_MAX_SAMPLE = 281, 341
DEFLATE = 8


def ramp(*channels: int, greatest: int = 4095, height: int = 20, width: int = 24) -> np.ndarray:
    """Values from 0 to the greatest: [H, W], or [H, W, C], each channel shifted by its number."""
    values = np.linspace(0, greatest, height * width).round().astype(np.uint16)
    if not channels:
        return values.reshape(height, width)
    return np.stack([np.roll(values, n) for n in channels], -1).reshape(height, width, -1)


def png(samples: np.ndarray, *, significant: tuple[int, ...] | None = None) -> bytes:
    """A PNG of 16 bits, with an sBIT chunk of the significant bits."""
    height, width = samples.shape[:2]
    channels = samples.size // (height * width)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, 16, COLOUR_TYPES[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), (b"gAMA", struct.pack(">I", 45455))]
    chunks += [(b"sBIT", bytes(significant))] if significant is not None else []
    chunks += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def tiff(samples: np.ndarray, tags: dict[int, tuple] | None = None, *, order: str = "<") -> bytes:
    """An uncompressed TIFF of the samples' type; `tags` are (type, value...) by number."""
    data = samples.astype(samples.dtype.newbyteorder(order)).tobytes()
    height, width = samples.shape[:2]
    channels = samples.size // (height * width)
    fields = {
        256: (4, width),
        257: (4, height),
        258: (3, *[8 * samples.dtype.itemsize] * channels),
        259: (3, 1),
        262: (3, 1 if channels == 1 else 2),
        273: (4, 8),
        277: (3, channels),
        278: (4, height),
        284: (3, 1),
        339: (3, *[{"u": 1, "i": 2, "f": 3}[samples.dtype.kind]] * channels),
    } | (tags or {})
    if fields[259][1] == DEFLATE:
        data = zlib.compress(data)
    fields[279] = (4, len(data))
    return _assemble(data, fields, order)


def _assemble(data: bytes, fields: dict[int, tuple], order: str) -> bytes:
    directory, start, further = b"", 8 + len(data), b""
    base = start + 2 + 12 * len(fields) + 4
    for tag, (kind, *values) in sorted(fields.items()):
        packed = struct.pack(f"{order}{len(values)}{CODES[kind]}", *values)
        if len(packed) > 4:
            place = struct.pack(f"{order}I", base + len(further))
            further, packed = further + packed, place
        directory += struct.pack(f"{order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", start)
    count = struct.pack(f"{order}H", len(fields))
    return head + data + count + directory + bytes(4) + further
