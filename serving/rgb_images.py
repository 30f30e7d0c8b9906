"""Makes images that a served model reads correctly: upright 8-bit RGB that TensorFlow can decode.

Ingestion applies the same rules (components/ingestion/images.py), so that served images look like
those in training. Imports no TensorFlow.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from serving import image_kinds

ORIENTATION = 0x0112  # EXIF tag.
TO_UPRIGHT = {  # ImageOps.exif_transpose also rewrites the EXIF data, and fails on unusual data.
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PLAIN = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "BMP": "BMP"}  # An MPO starts with a JPEG.
STRAIGHT = {"La": "LA", "RGBa": "RGBA"}  # Premultiplied alpha: convert it to this mode first.
# What Pillow's readers raise for damaged files.
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


class UnreadableImageError(ValueError):
    """Bytes that are not an image with known colours; the text says why."""


def make_upright(encoded: bytes) -> bytes:
    """The same bytes if TensorFlow decodes them correctly, else a PNG of the first frame.

    TensorFlow ignores EXIF. Bytes that need no change are not decoded: `check` finds their damage.
    Raises UnreadableImageError.
    """
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            return encoded if is_plain(image, encoded) else to_png(to_upright_rgb(image))
    except UNREADABLE as error:
        raise UnreadableImageError(_explain(encoded, error)) from error


def check(encoded: bytes) -> None:
    """Decodes all pixels. Raises UnreadableImageError."""
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            image.load()
    except UNREADABLE as error:
        raise UnreadableImageError(_explain(encoded, error)) from error


def is_plain(image: Image.Image, encoded: bytes) -> bool:
    """Whether TensorFlow decodes these bytes to the correct upright pixels."""
    if image.format not in PLAIN or image.mode != "RGB":
        return False
    if PLAIN[image.format] == "JPEG" and not image_kinds.is_common_jpeg(encoded):
        return False
    if image.format == "PNG" and (encoded[24] != 8 or getattr(image, "is_animated", False)):
        return False
    if image.format == "BMP" and not _is_plain_bmp(encoded):
        return False
    return find_turn(image) is None


def to_upright_rgb(image: Image.Image) -> Image.Image:
    """The first frame in 8-bit RGB, without alpha.

    Raises UnreadableImageError if the value of white is unknown; for damaged pixels, one of
    UNREADABLE.
    """
    image.load()
    rgb, needed = _to_rgb(image), find_turn(image)
    return rgb if needed is None else rgb.transpose(needed)


def to_png(rgb: Image.Image) -> bytes:
    """A PNG of the pixels, without metadata."""
    rgb.info.clear()  # Otherwise the PNG keeps profiles and transparency.
    stream = io.BytesIO()
    rgb.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _is_plain_bmp(encoded: bytes) -> bool:
    """Uncompressed, 24 bits per pixel, with a header that TensorFlow supports."""
    header_size, bits = encoded[14], int.from_bytes(encoded[28:30], "little")
    return header_size >= 40 and bits == 24 and encoded[30:34] == bytes(4)


def find_turn(image: Image.Image) -> Image.Transpose | None:
    """The transposition that makes the image upright, by its EXIF data; None if it is upright."""
    try:
        orientation = image.getexif().get(ORIENTATION, 1)
    except Exception:  # Pillow may raise anything for damaged EXIF; the pixels may be fine.
        return None
    return TO_UPRIGHT.get(orientation)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        high_bytes = np.asarray(image).astype(np.uint16) >> 8  # Pillow would clip at 255.
        return Image.fromarray(high_bytes.astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        text = f"{image.format} of mode {image.mode} does not define the value of white"
        raise UnreadableImageError(text)
    return image.convert(STRAIGHT.get(image.mode, image.mode)).convert("RGB")


def _explain(encoded: bytes, error: BaseException) -> str:
    if not encoded:
        return "it is empty"
    if isinstance(error, UnreadableImageError):
        return str(error)
    if known := image_kinds.explain(encoded):
        return known
    if isinstance(error, Image.UnidentifiedImageError):
        return f"it starts with {encoded[:8]!r}, which is not a known image format"
    return image_kinds.clean_reason(error)
