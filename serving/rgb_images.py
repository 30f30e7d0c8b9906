"""Images as a served model reads them rightly: upright, 8-bit RGB, of a kind TensorFlow decodes.

Ingestion takes the rule from here (components/ingestion/images.py), so that what is asked looks
as what was learned. Imports no TensorFlow.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

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
PLAIN = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "BMP": "BMP"}  # An MPO begins as a JPEG.
STRAIGHT = {"La": "LA", "RGBa": "RGBA"}  # Premultiplied alpha, and what it is converted through.
# What Pillow's readers raise of bytes that are damaged.
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


class UnreadableImageError(ValueError):
    """Bytes that cannot be read as an image with known colours; the text says why."""


def upright(encoded: bytes) -> bytes:
    """The same bytes if TensorFlow reads the pixels that are meant, else a PNG of the first frame.

    TensorFlow reads no EXIF. Bytes that need no change are not decoded: `check` finds damage there.
    Raises UnreadableImageError.
    """
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            return encoded if is_plain(image, encoded) else to_png(to_upright_rgb(image))
    except UNREADABLE as error:
        raise UnreadableImageError(_reason(encoded, error)) from error


def check(encoded: bytes) -> None:
    """Decodes all pixels. Raises UnreadableImageError."""
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            image.load()
    except UNREADABLE as error:
        raise UnreadableImageError(_reason(encoded, error)) from error


def is_plain(image: Image.Image, encoded: bytes) -> bool:
    """Whether TensorFlow decodes these very bytes to the pixels that are meant."""
    if image.format not in PLAIN or image.mode != "RGB":
        return False
    if image.format == "PNG" and (encoded[24] != 8 or getattr(image, "is_animated", False)):
        return False
    if image.format == "BMP" and not _is_plain_bmp(encoded):
        return False
    return turn(image) is None


def to_upright_rgb(image: Image.Image) -> Image.Image:
    """The first frame in 8-bit RGB, without alpha. Raises UnreadableImageError for no known white.

    Damaged pixels raise what Pillow's readers raise.
    """
    image.load()
    rgb, needed = _to_rgb(image), turn(image)
    return rgb if needed is None else rgb.transpose(needed)


def to_png(rgb: Image.Image) -> bytes:
    """The PNG of the pixels alone."""
    rgb.info.clear()  # Else the PNG takes over profiles and transparency.
    stream = io.BytesIO()
    rgb.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _is_plain_bmp(encoded: bytes) -> bool:
    """24 bits a pixel, uncompressed, with a header that TensorFlow knows."""
    header_size, bits = encoded[14], int.from_bytes(encoded[28:30], "little")
    return header_size >= 40 and bits == 24 and encoded[30:34] == bytes(4)


def turn(image: Image.Image) -> Image.Transpose | None:
    """What makes the image upright, by its EXIF data; None where it is."""
    try:
        orientation = image.getexif().get(ORIENTATION, 1)
    except Exception:  # Damaged EXIF data make Pillow raise anything; the pixels may be sound.
        return None
    return TO_UPRIGHT.get(orientation)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        high_bytes = np.asarray(image).astype(np.uint16) >> 8  # Pillow would clip at 255.
        return Image.fromarray(high_bytes.astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        text = f"{image.format} of mode {image.mode}: nothing says which value is white"
        raise UnreadableImageError(text)
    return image.convert(STRAIGHT.get(image.mode, image.mode)).convert("RGB")


def _reason(encoded: bytes, error: BaseException) -> str:
    if not encoded:
        return "it is empty"
    if isinstance(error, Image.UnidentifiedImageError):
        return f"it begins with {encoded[:8]!r}, as no known kind of image does"
    return str(error) or type(error).__name__
