"""Which way up an image is: the orientation tag of EXIF, TIFF or XMP. Imports no TensorFlow."""

from __future__ import annotations

from PIL import Image
from PIL.Image import Transpose

ORIENTATION = 0x0112  # EXIF tag.
TO_UPRIGHT = {  # ImageOps.exif_transpose also rewrites the EXIF data, and fails on unusual data.
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
SWAPPING = (Transpose.TRANSPOSE, Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90)
INVERSE = {turn: turn for turn in Transpose} | {
    Transpose.ROTATE_90: Transpose.ROTATE_270,
    Transpose.ROTATE_270: Transpose.ROTATE_90,
}


def find_turn(image: Image.Image) -> Transpose | None:
    """The transposition that makes the image upright, by its tag; None if it is upright."""
    try:
        orientation = image.getexif().get(ORIENTATION, 1)
    except Exception:  # Pillow may raise anything for damaged EXIF; the pixels may be fine.
        return None
    return TO_UPRIGHT.get(orientation)


def load(image: Image.Image) -> Transpose | None:
    """Decodes the pixels. Returns the turn that makes those that the file stores upright.

    Pillow turns a TIFF while it decodes it, so its tag is read before; that of a PNG may follow the
    pixels.
    """
    if image.format != "TIFF":
        image.load()
        return find_turn(image)
    turn = find_turn(image)
    image.load()
    return turn


def load_stored(image: Image.Image) -> tuple[Image.Image, Transpose | None]:
    """As `load`, but also returns the pixels that the file stores."""
    turn = load(image)
    if turn is None or find_turn(image) is turn:
        return image, turn
    return image.transpose(INVERSE[turn]), turn


def turn_size(size: tuple[int, int], turn: Transpose | None) -> tuple[int, int]:
    """The width and height after a turn."""
    return size[::-1] if turn in SWAPPING else size
