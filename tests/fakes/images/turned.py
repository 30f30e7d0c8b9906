"""Photographs with an orientation tag, whose object is red, with the object's mask and box."""

from __future__ import annotations

import numpy as np
from PIL import Image

from serving.orientation import INVERSE, TO_UPRIGHT
from tests.fakes.image_files import file_of

SIZES = ((40, 48), (40, 40))  # Height and width.
MASK_RED = 208
OTHER_RED = 32
BOX = (0.125, 0.5, 0.25, 0.625)  # xmin, xmax, ymin, ymax: no turn leaves it where it is.


def draw_mask(size: tuple[int, int]) -> Image.Image:
    """1 in the box, else 0, as the image is shown."""
    height, width = size
    ids = np.zeros(size, np.uint8)
    ids[int(BOX[2] * height) : int(BOX[3] * height), int(BOX[0] * width) : int(BOX[1] * width)] = 1
    return Image.fromarray(ids)


def store(image: Image.Image, orientation: int) -> Image.Image:
    """The pixels that a file with this orientation stores."""
    turn = TO_UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(INVERSE[turn])


def draw_photograph(
    orientation: int, size: tuple[int, int], kind: str = "JPEG", **options
) -> bytes:
    """A file whose shown pixels are red where the mask is 1."""
    ids = np.asarray(draw_mask(size))
    red = np.where(ids, MASK_RED, OTHER_RED).astype(np.uint8)
    shown = Image.fromarray(np.stack([red, np.full_like(red, 90), np.full_like(red, 90)], -1))
    exif = Image.Exif()
    exif[0x0112] = orientation
    lossless = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}
    options = lossless.get(kind, {}) | options | {"exif": exif.tobytes()}
    return file_of(store(shown, orientation), kind, **options)


def draw_xml(size: tuple[int, int], orientation: int) -> bytes:
    """The box as Pascal VOC's XML, drawn on the stored pixels."""
    ids = np.asarray(store(draw_mask(size), orientation))
    rows, columns = np.nonzero(ids)
    sides = {
        "xmin": columns.min(),
        "ymin": rows.min(),
        "xmax": columns.max() + 1,
        "ymax": rows.max() + 1,
    }
    box = "".join(f"<{name}>{side}</{name}>" for name, side in sides.items())
    height, width = ids.shape
    return (
        f"<annotation><size><width>{width}</width><height>{height}</height></size>"
        f"<object><bndbox>{box}</bndbox></object></annotation>"
    ).encode()
