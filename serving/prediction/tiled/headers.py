"""Which images are read in windows: those whose pixels are then the ones that are usually sent.

What is usually sent is in serving/rgb_images.py. Headers are read, and no pixels.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serving import formats, image_kinds
from serving.orientation import find_turn
from serving.prediction.tiled.grid import Pair
from serving.rgb_images import UNREADABLE

FIX = "convert it, for example with `magick IN -auto-orient -depth 8 -type TrueColor OUT.tif`"
RETILE = (
    "convert it, for example with `gdal_translate -co TILED=YES -co COMPRESS=DEFLATE IN OUT.tif`"
)
MODES = ("RGB", "RGBA", "RGBX", "L", "LA", "P")  # Pillow's; alpha is dropped.
START = b"\x89PNG\r\n\x1a\n"
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # Of a pixel, by the colour type of PNG.
PALETTE = 3  # A colour type.
CHUNK_BYTES = 2**24  # Of a PNG's profile or text.
AT_ONCE = 2**25  # Pixels of an image whose format makes its reader keep them all.
BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SUBSAMPLING = 258, 259, 262, 266, 530  # Of TIFF.
BLACK_IS_ZERO, YCBCR = 1, 6  # Values of PHOTOMETRIC.
READ_ALIKE = (1, 5, 7, 8, 32773, 32946, 34925, 50000)  # Values of COMPRESSION.
COARSE_COLOURS = (
    "its colours are stored at a lower resolution, and are interpolated here; if the image is sent "
    "as a whole, they are repeated, so answers may differ slightly"
)
LARGE_JPEG = (
    "a JPEG of this size is decoded row by row; its pixels differ slightly from those that the "
    "server decodes"
)
MOST_PIXELS = 2**28  # Of a JPEG that is decoded as a whole: three bytes each.


class RefusedImageError(ValueError):
    """An image that is not read in windows; the text says why, and what to do."""


class Header(NamedTuple):
    """What an image file says about its pixels."""

    kind: str  # TIFF, PNG or JPEG.
    mode: str  # One of MODES.
    size: Pair
    palette: NDArray[np.uint8] | None = None  # [256, 3].
    note: str = ""  # How the pixels differ from those that are usually sent.


def read(path: Path) -> Header:
    """The header of an image file. Raises RefusedImageError or OSError."""
    with path.open("rb") as file:
        kind = formats.detect(file.read(formats.HEAD))
        file.seek(0)
        if kind == "PNG":
            return _read_png(file)
        if kind not in ("TIFF", "JPEG"):
            raise RefusedImageError(f"it is not a TIFF, PNG or JPEG: {FIX}")
        with _open(file) as image:
            note = _check_jpeg(image, file) if kind == "JPEG" else _check_tiff(image)
            return _describe(image, kind, (image.height, image.width))._replace(note=note)


@contextmanager
def _open(file: IO[bytes]) -> Iterator[Any]:
    """Opens an image of any size. Raises RefusedImageError."""
    most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with Image.open(file) as image:
            yield image
    except RefusedImageError:
        raise
    except UNREADABLE as error:
        raise RefusedImageError(f"{image_kinds.clean_reason(error)}: {FIX}") from error
    finally:
        Image.MAX_IMAGE_PIXELS = most


def _describe(image: Any, kind: str, size: Pair) -> Header:
    if image.mode not in MODES or (kind == "JPEG" and image.mode not in ("RGB", "L")):
        raise RefusedImageError(f"{kind} of mode {image.mode} is not read in windows: {FIX}")
    if find_turn(image) is not None:
        raise RefusedImageError(f"its orientation tag turns it: {FIX}")
    return Header(kind, image.mode, size, _read_palette(image))


def _read_palette(image: Any) -> NDArray[np.uint8] | None:
    if image.mode != "P":
        return None
    colours = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    return np.concatenate([colours, np.zeros((256 - len(colours), 3), np.uint8)])


def _check_jpeg(image: Any, file: IO[bytes]) -> str:
    """Refuses a JPEG that cannot be read; returns how its pixels differ from the server's."""
    file.seek(0)
    head = file.read(CHUNK_BYTES)
    if not image_kinds.is_common_jpeg(head):
        raise RefusedImageError(f"{image_kinds.explain(head) or 'JPEG of unusual coding'}: {FIX}")
    if not is_large((image.height, image.width)):
        return ""
    if image.info.get("progressive"):
        raise RefusedImageError(f"progressive JPEG of more than {MOST_PIXELS:,} pixels: {FIX}")
    return LARGE_JPEG


def is_large(size: Pair) -> bool:
    """Whether a JPEG has too many pixels to be decoded as a whole."""
    return size[0] * size[1] > MOST_PIXELS


def _check_tiff(image: Any) -> str:
    """Refuses what GDAL and Pillow read as different pixels, unless they differ only slightly."""
    tags = image.tag_v2
    bits = tags.get(BITS, (1,))
    preview = tags.get(image_kinds.SUBFILE, 0) & image_kinds.PREVIEW
    if preview or image_kinds.DNG_VERSION in tags:
        raise RefusedImageError(f"TIFF that begins with a preview: {FIX}")
    if set(bits) != {8}:
        raise RefusedImageError(f"it has {max(bits)} bits per sample, not 8: {FIX}")
    if tags.get(FILL_ORDER, 1) != 1 or tags.get(COMPRESSION, 1) not in READ_ALIKE:
        raise RefusedImageError(
            f"TIFF of compression {tags.get(COMPRESSION)}, whose pixels depend on the reader: "
            f"{RETILE}"
        )
    if image.mode in ("L", "LA") and tags.get(PHOTOMETRIC) != BLACK_IS_ZERO:
        raise RefusedImageError(f"TIFF in which 0 is white: {FIX}")
    coarse = tags.get(PHOTOMETRIC) == YCBCR and tags.get(SUBSAMPLING, (2, 2)) != (1, 1)
    return COARSE_COLOURS if coarse else ""


def _read_png(file: IO[bytes]) -> Header:
    """Its metadata may follow the pixels, so Pillow gets all but these."""
    start = file.read(33)
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", start[16:29])
    if depth != 8 and not (colours == PALETTE and depth < 8):
        raise RefusedImageError(f"it has {depth} bits per sample, not 8: {FIX}")
    if interlaced and width * height > AT_ONCE:
        raise RefusedImageError(f"PNG of more than {AT_ONCE:,} pixels that is interlaced: {FIX}")
    pixel = bytes(1 + (SAMPLES.get(colours, 1) * depth + 7) // 8)
    head = struct.pack(">IIBBBBB", 1, 1, depth, colours, 0, 0, 0)
    others = b"".join(_copy_chunks(file, _make_chunk(b"IDAT", zlib.compress(pixel))))
    with _open(io.BytesIO(START + _make_chunk(b"IHDR", head) + others)) as image:
        if getattr(image, "is_animated", False):
            raise RefusedImageError(f"PNG with several frames: {FIX}")
        return _describe(image, "PNG", (height, width))


def _copy_chunks(file: IO[bytes], pixels: bytes) -> Iterator[bytes]:
    """All chunks after the first, with these in the place of the image's pixels."""
    while len(start := file.read(8)) == 8:
        length, kind = int.from_bytes(start[:4], "big"), start[4:]
        if kind == b"IDAT":
            file.seek(length + 4, io.SEEK_CUR)
            yield pixels
            pixels = b""
        elif length > CHUNK_BYTES:
            raise RefusedImageError(f"it has {length:,} bytes of metadata: {FIX}")
        else:
            yield start + file.read(length + 4)
        if kind == b"IEND":
            return
    raise RefusedImageError("it ends before the end of the PNG: copy the file again")


def _make_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
