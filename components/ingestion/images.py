"""Converts an image file's bytes to the form that records store, or gives the reason of a reject.

Upright 8-bit RGB JPEG, PNG and BMP files keep their bytes. Every other file that Pillow can read
is stored as an 8-bit RGB PNG of its first frame, turned upright, without its alpha channel.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import tensorflow as tf
from PIL import Image

from components.ingestion import rejects
from components.ingestion.near_duplicates import look
from serving import bit_depth, formats, image_kinds, orientation, rgb_images
from serving.deep_colours import UnknownDepthError
from serving.server import memory_budget
from trainer.data import images

Image.init()
# Bytes: glibc returns blocks of over 32 MiB to the system. Smaller ones stay with each thread: 3.3
# instead of 0.8 GB for six images of 49 megapixels.
Image.core.set_block_size(2**26)
PLAIN_BYTES = 12  # For each pixel, as measured: docs/decisions/0016-memory-budget.md.
CONVERTED_BYTES = 24
DEEP_BYTES = 40  # Of samples of more than 8 bits.
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
READABLE = tuple(name for name in formats.SIGNATURES if name in Image.OPEN)


@dataclass(frozen=True)
class Limits:
    """The sizes that ingestion accepts, in pixels."""

    min_side: int
    max_pixels: int


@dataclass(frozen=True)
class Picture:
    """An image as records store it: bytes that training decodes to [height, width, 3] uint8."""

    encoded: bytes
    format: str  # JPEG, PNG or BMP.
    height: int
    width: int
    turn: Image.Transpose | None = None  # What made it upright.
    undeclared: int = 0  # The greatest sample of 16 bits if the file does not declare its depth.
    has_more_frames: bool = False  # Than the one that is read.
    is_transparent: bool = False  # In some pixels; records have no transparency.
    look: str = ""  # Of its pixels, if it was checked: see near_duplicates.


class RejectError(Exception):
    """The file is a reject: `reason` is one of rejects.REASONS, `detail` is for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def convert_and_check(data: bytes, limits: Limits) -> Picture:
    """Converts the file, and decodes the result as training does. Raises RejectError.

    Its pixels count in the memory budget, and so do those of `convert`. Samples of 16 bits whose
    depth is not declared are read with the least depth that fits this file.
    """
    image = _open(data, limits)
    with memory_budget.share_pixels().reserve(count_bytes(image, data)):
        return _check(data, _convert(image, data, None))


def _check(data: bytes, picture: Picture) -> Picture:
    try:
        with tf.device("CPU:0"):
            pixels = images.decode(picture.encoded)
    except tf.errors.OpError as error:
        raise _explain_damage(data, error) from error
    shape = tuple(pixels.shape)
    if shape != (picture.height, picture.width, 3):
        detail = f"the header says {picture.height} x {picture.width}, but decoding gives {shape}"
        raise RejectError(rejects.UNREADABLE, detail)
    return replace(picture, look=look.compute(pixels))


def convert(data: bytes, limits: Limits, bits: int = 16) -> Picture:
    """Converts the file, decoding it only if its bytes must change. Raises RejectError.

    `bits` is the depth of samples of 16 bits if the file does not declare it.
    """
    image = _open(data, limits)
    if _is_plain_by_header(image, data):
        return _convert(image, data, bits)
    with memory_budget.share_pixels().reserve(count_bytes(image, data)):
        return _convert(image, data, bits)


def count_bytes(image: Image.Image, data: bytes) -> int:
    """Returns what it takes at most to convert the image, and to decode the result."""
    each = PLAIN_BYTES if _is_plain_by_header(image, data) else CONVERTED_BYTES
    if bit_depth.is_deep(image, data):
        each = DEEP_BYTES
    return image.height * image.width * each


def _is_plain_by_header(image: Image.Image, data: bytes) -> bool:
    """Whether the file needs no change, if that is known without its pixels.

    Pillow decodes a PNG to find its orientation, which may follow the pixels.
    """
    return image.format != "PNG" and rgb_images.is_plain(image, data)


def _open(data: bytes, limits: Limits) -> Image.Image:
    """Reads the header only."""
    if not data:
        raise RejectError(rejects.EMPTY, "0 bytes")
    with reject_damage(_explain_damage, data):
        image = Image.open(io.BytesIO(data), formats=READABLE)
    if preview := image_kinds.explain_preview(data):
        raise RejectError(rejects.UNREADABLE, preview)
    _check_size(image, limits)
    return image


def _convert(image: Image.Image, data: bytes, bits: int | None) -> Picture:
    if rgb_images.is_plain(image, data):
        return Picture(data, rgb_images.PLAIN[str(image.format)], image.height, image.width)
    with reject_damage(_explain_damage, data):
        turn = orientation.load(image)
    try:
        samples = bit_depth.read(image, data)
        undeclared = samples.undeclared if samples else 0
        rgb = rgb_images.to_upright_rgb(image, samples, bits or bit_depth.round_up(undeclared))
    except UnknownDepthError as error:  # Intact, but its colours are undefined.
        raise RejectError(rejects.UNREADABLE, str(error)) from error
    size = rgb.height, rgb.width
    lost = _has_more_frames(image), _is_transparent(image)
    return Picture(rgb_images.to_png(rgb), "PNG", *size, turn, undeclared, *lost)


def _has_more_frames(image: Image.Image) -> bool:
    try:
        return getattr(image, "n_frames", 1) > 1
    except Exception:  # Pillow may raise anything for damaged frames; the first one is fine.
        return False


def _is_transparent(image: Image.Image) -> bool:
    if not image.has_transparency_data:
        return False
    try:
        alpha = image if image.mode in ("LA", "RGBA", "La", "RGBa") else image.convert("RGBA")
    except ValueError:  # Pillow converts no samples of more than 8 bits.
        return False
    return int(np.min(alpha.getextrema()[-1])) < 255


@contextmanager
def reject_damage(
    explain: Callable[[bytes, Exception], RejectError], data: bytes
) -> Iterator[None]:
    """Turns Pillow's errors about damaged bytes, which may be of any type, into RejectError.

    Only calls of Pillow belong inside: our own bugs must not look like damaged files.
    """
    try:
        yield
    except Exception as error:
        raise explain(data, error) from error


def _explain_damage(data: bytes, error: Exception) -> RejectError:
    if isinstance(error, BOMBS):
        return RejectError(rejects.TOO_MANY_PIXELS, str(error))
    kind = formats.detect(data)
    if kind is None:
        found = image_kinds.explain(data) or "an unknown format"
        return RejectError(rejects.NOT_AN_IMAGE, f"{found}; read are {', '.join(READABLE)}")
    text = image_kinds.clean_reason(error)
    if formats.lacks_end(data) or "truncated" in text.lower():
        return RejectError(rejects.TRUNCATED, f"{kind} of {len(data)} bytes: its end is missing")
    detail = image_kinds.explain(data) or f"damaged {kind}: {text}"
    return RejectError(rejects.UNREADABLE, detail)


def _check_size(image: Image.Image, limits: Limits) -> None:
    size = f"height {image.height}, width {image.width}"
    if image.height * image.width > limits.max_pixels:
        raise RejectError(rejects.TOO_MANY_PIXELS, f"{size}: over {limits.max_pixels} pixels")
    if min(image.size) < limits.min_side:
        raise RejectError(rejects.TOO_SMALL, f"{size}: a side under {limits.min_side} pixels")
