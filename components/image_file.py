"""From an image file's bytes to what is stored of it, or to the reason why it is refused.

8-bit RGB JPEG, PNG and BMP files that stand upright keep their bytes. All else that Pillow reads
is stored as an 8-bit RGB PNG of its first frame, turned upright, without its alpha channel.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from PIL import Image

from components import image_signature, rejects
from trainer import images

Image.init()
READABLE = tuple(name for name in image_signature.SIGNATURES if name in Image.OPEN)
PLAIN = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "BMP": "BMP"}  # An MPO begins as a JPEG.
ORIENTATION = 0x0112  # EXIF tag.
TO_UPRIGHT = {  # ImageOps.exif_transpose also rewrites the EXIF data, and fails where it is odd.
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
STRAIGHT = {"La": "LA", "RGBa": "RGBA"}  # Premultiplied alpha, and what it is converted through.


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
    with _refusing(data), tf.device("CPU:0"):
        shape = tuple(images.decode(picture.encoded).shape)
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
        if _is_plain(image, data):
            return Picture(data, PLAIN[image.format], image.height, image.width)
        return _converted(image)


@contextmanager
def _refusing(data: bytes) -> Iterator[None]:
    """Turns what the decoders raise of strangers' bytes, which may be anything, into Refused."""
    try:
        yield
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(rejects.TOO_MANY_PIXELS, str(error)) from error
    except Exception as error:
        raise _refusal(data, error) from error


def _refusal(data: bytes, error: Exception) -> Refused:
    kind = image_signature.kind(data)
    if kind is None:
        return Refused(rejects.NOT_AN_IMAGE, f"none of {', '.join(READABLE)}")
    text = " ".join(str(error).split())[:200]
    if image_signature.lacks_end(data) or "truncated" in text.lower():
        return Refused(rejects.TRUNCATED, f"{kind} of {len(data)} bytes: its end is missing")
    return Refused(rejects.UNREADABLE, f"damaged {kind}: {text}")


def _check_size(image: Image.Image, limits: Limits) -> None:
    size = f"height {image.height}, width {image.width}"
    if image.height * image.width > limits.max_pixels:
        raise Refused(rejects.TOO_MANY_PIXELS, f"{size}: over {limits.max_pixels} pixels")
    if min(image.size) < limits.min_side:
        raise Refused(rejects.TOO_SMALL, f"{size}: a side under {limits.min_side} pixels")


def _is_plain(image: Image.Image, data: bytes) -> bool:
    """Whether training decodes these very bytes to the pixels that are meant."""
    if image.format not in PLAIN or image.mode != "RGB":
        return False
    if image.format == "PNG" and (data[24] != 8 or getattr(image, "is_animated", False)):
        return False
    if image.format == "BMP" and not _is_plain_bmp(data):
        return False
    return _orientation(image) not in TO_UPRIGHT


def _is_plain_bmp(data: bytes) -> bool:
    """24 bits a pixel, uncompressed, with a header that TensorFlow knows."""
    header_size, bits = data[14], int.from_bytes(data[28:30], "little")
    return header_size >= 40 and bits == 24 and data[30:34] == bytes(4)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation; 1, upright, where there is none or where it cannot be read."""
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:  # Damaged EXIF data raise anything, and the pixels may be sound.
        return 1
    return value if isinstance(value, int) else 1


def _converted(image: Image.Image) -> Picture:
    image.load()
    rgb = _rgb(image)
    turn = TO_UPRIGHT.get(_orientation(image))
    if turn is not None:
        rgb = rgb.transpose(turn)
    rgb.info.clear()  # Else the PNG takes over profiles and transparency.
    encoded = io.BytesIO()
    rgb.save(encoded, "PNG", compress_level=1)
    return Picture(encoded.getvalue(), "PNG", rgb.height, rgb.width)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        high_bytes = np.asarray(image).astype(np.uint16) >> 8  # Pillow would clip at 255.
        return Image.fromarray(high_bytes.astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        detail = f"{image.format} of mode {image.mode}: nothing says which value is white"
        raise Refused(rejects.UNREADABLE, detail)
    return image.convert(STRAIGHT.get(image.mode, image.mode)).convert("RGB")
