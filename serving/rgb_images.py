"""Makes images that a served model reads correctly: upright 8-bit RGB that TensorFlow can decode.

Ingestion applies the same rules (components/ingestion/images.py), so that served images look like
those in training. Imports no TensorFlow.
"""

from __future__ import annotations

import io

from PIL import Image

from serving import bit_depth, image_kinds
from serving.bit_depth import Samples
from serving.deep_colours import UnknownDepthError
from serving.orientation import find_turn

PLAIN = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "BMP": "BMP"}  # An MPO starts with a JPEG.
STRAIGHT = {"La": "LA", "RGBa": "RGBA"}  # Premultiplied alpha: convert it to this mode first.
# What Pillow's readers raise for damaged files.
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)
TOO_MANY = 2 * (Image.MAX_IMAGE_PIXELS or 0) + 1  # Pixels that Pillow refuses to decode.


class UnreadableImageError(ValueError):
    """Bytes that are not an image with known colours; the text says why."""


def make_upright(encoded: bytes, *, bits: int | None = None) -> bytes:
    """The same bytes if TensorFlow decodes them correctly, else a PNG of the first frame.

    TensorFlow ignores EXIF. Bytes that need no change are not decoded: `check` finds their damage.
    `bits` is the depth of samples in files of 16 bits that do not declare it. Raises
    UnreadableImageError.
    """
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            if is_plain(image, encoded):
                return encoded
            if preview := image_kinds.explain_preview(encoded):
                raise UnreadableImageError(preview)
            return to_png(to_upright_rgb(image, bit_depth.read(image, encoded), bits))
    except UnknownDepthError as error:
        raise UnreadableImageError(str(error)) from error
    except UNREADABLE as error:
        raise UnreadableImageError(_explain(encoded, error)) from error


def open_upright(encoded: bytes) -> Image.Image:
    """The upright image in RGB, decoded. Raises UnreadableImageError."""
    upright = make_upright(encoded)
    try:
        with Image.open(io.BytesIO(upright)) as image:
            return image.convert("RGB")
    except UNREADABLE as error:
        raise UnreadableImageError(_explain(encoded, error)) from error


def check(encoded: bytes) -> None:
    """Decodes all pixels. Raises UnreadableImageError."""
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            image.load()
    except UNREADABLE as error:
        raise UnreadableImageError(_explain(encoded, error)) from error


def count_pixels(encoded: bytes) -> int:
    """Reads height x width from the header; 0 if it cannot be read.

    Returns TOO_MANY for every image that Pillow refuses because of its size.
    """
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            return image.height * image.width
    except Image.DecompressionBombError:
        return TOO_MANY
    except UNREADABLE:
        return 0


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


def to_upright_rgb(image: Image.Image, samples: Samples | None, bits: int | None) -> Image.Image:
    """The first frame in 8-bit RGB, without alpha, from what bit_depth.read returned.

    Raises UnknownDepthError if the value of white is unknown; for damaged pixels, one of
    UNREADABLE.
    """
    image.load()
    needed = find_turn(image)
    flat = samples.to_image(bits) if samples else image
    rgb = flat.convert(STRAIGHT.get(flat.mode, flat.mode)).convert("RGB")
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
