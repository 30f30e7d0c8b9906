"""The framing of TFRecord files (tensorflow/core/lib/io/record_writer.h in TensorFlow).

Each record is its length in 8 bytes, the length's checksum, the data, and the data's checksum. A
checksum is a CRC-32C, rotated and shifted so that files may contain other checksums.
"""

from __future__ import annotations

import struct

import google_crc32c

ROTATION = 15
MASK_DELTA = 0xA282EAD8
WORD = 2**32


def frame(record: bytes) -> bytes:
    """The bytes that a TFRecord file contains for a record."""
    length = struct.pack("<Q", len(record))
    return length + _checksum(length) + record + _checksum(record)


def _checksum(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    rotated = (crc >> ROTATION) | (crc << (32 - ROTATION))
    return struct.pack("<I", (rotated + MASK_DELTA) % WORD)
