"""From an image file's bytes to what is stored of it, or to the reason why it is refused.

8-bit RGB JPEG, PNG and BMP files that stand upright keep their bytes. All else that Pillow reads
is stored as an 8-bit RGB PNG of its first frame, turned upright, without its alpha channel.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import tensorflow as tf
from PIL import Image

from components.ingestion import formats, rejects
from serving import rgb_images
from trainer.data import images

Image.init()
READABLE = tuple(name for name in formats.SIGNATURES if name in Image.OPEN)


@dataclass(frozen=True)
class Limits:
    """Which sizes are taken, in pixels."""

    min_side: int
    max_pixels: int


@dataclass(frozen=True)
class Picture:
    """What is stored of an image: bytes that training decodes to [height, width, 3] uint8."""

    encoded: bytes
    format: str  # JPEG, PNG or BMP.
    height: int
    width: int
    turn: Image.Transpose | None = None  # What made it upright.


class Refused(Exception):  # noqa: N818
    """The file is a reject: `reason` is one of rejects.REASONS, `detail` a text for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def checked(data: bytes, limits: Limits) -> Picture:
    """The picture that `stored` gives, after training's own decoder has decoded it.

    Raises Refused.
    """
    picture = stored(data, limits)
    try:
        with tf.device("CPU:0"):
            shape = tuple(images.decode(picture.encoded).shape)
    except tf.errors.OpError as error:
        raise _refusal(data, error) from error
    if shape != (picture.height, picture.width, 3):
        detail = f"header says {picture.height} x {picture.width}, decoded are {shape}"
        raise Refused(rejects.UNREADABLE, detail)
    return picture


def stored(data: bytes, limits: Limits) -> Picture:
    """What is to be stored of the file. Bytes that are kept are not decoded. Raises Refused."""
    if not data:
        raise Refused(rejects.EMPTY, "0 bytes")
    with _refusing(data):
        image = Image.open(io.BytesIO(data), formats=READABLE)
    _check_size(image, limits)
    if rgb_images.is_plain(image, data):
        return Picture(data, rgb_images.PLAIN[str(image.format)], image.height, image.width)
    with _refusing(data):
        image.load()
    try:
        rgb = rgb_images.to_upright_rgb(image)
    except rgb_images.UnreadableImageError as error:  # Sound, but of colours nobody knows.
        raise Refused(rejects.UNREADABLE, str(error)) from error
    return Picture(
        rgb_images.to_png(rgb), "PNG", rgb.height, rgb.width, rgb_images.find_turn(image)
    )


@contextmanager
def _refusing(data: bytes) -> Iterator[None]:
    """Turns what Pillow raises about damaged bytes, which may be anything, into Refused.

    Only calls of Pillow belong inside: an error of our own must stay one.
    """
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(rejects.TOO_MANY_PIXELS, str(error)) from error
    except Exception as error:
        raise _refusal(data, error) from error


def _refusal(data: bytes, error: Exception) -> Refused:
    kind = formats.kind(data)
    if kind is None:
        return Refused(rejects.NOT_AN_IMAGE, f"none of {', '.join(READABLE)}")
    text = " ".join(str(error).split())[:200]
    if formats.lacks_end(data) or "truncated" in text.lower():
        return Refused(rejects.TRUNCATED, f"{kind} of {len(data)} bytes: its end is missing")
    return Refused(rejects.UNREADABLE, f"damaged {kind}: {text}")


def _check_size(image: Image.Image, limits: Limits) -> None:
    size = f"height {image.height}, width {image.width}"
    if image.height * image.width > limits.max_pixels:
        raise Refused(rejects.TOO_MANY_PIXELS, f"{size}: over {limits.max_pixels} pixels")
    if min(image.size) < limits.min_side:
        raise Refused(rejects.TOO_SMALL, f"{size}: a side under {limits.min_side} pixels")
