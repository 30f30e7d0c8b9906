"""Colours of 16 bits in PNG and TIFF: Pillow decodes their upper bytes only.

The same file is decoded again as if its samples had the other byte order: that gives the lower
bytes. Imports no TensorFlow.
"""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CHANNELS = {"RGB": 3, "RGBX": 3, "RGBA": 3, "CMYK": 4}  # Without alpha.
OTHER_ORDER = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
GREY_AND_ALPHA = "LA;16B"  # As 4 bytes: two of grey, two of alpha.
BITS_PER_SAMPLE, PLANAR = 258, 284  # TIFF tags.
SEPARATE_PLANES = 2  # A value of PLANAR.


class UnknownDepthError(ValueError):
    """Samples of more than 8 bits whose value of white is unknown; the text says why."""


def are_in(image: Image.Image, encoded: bytes) -> bool:
    """Whether the image has colours of 16 bits, or grey and alpha."""
    if image.format == "PNG":
        return encoded[24] == 16
    if image.format == "TIFF":
        tags: Any = getattr(image, "tag_v2", {})
        return bool(np.max(tags.get(BITS_PER_SAMPLE, 1)) > 8)
    return False


def read(image: Image.Image, encoded: bytes) -> tuple[NDArray[np.uint16], str]:
    """Returns the samples [H, W] or [H, W, C], and their mode: L, RGB or CMYK.

    Raises UnknownDepthError for a layout of which Pillow cannot read the lower bytes.
    """
    with Image.open(io.BytesIO(encoded), formats=[str(image.format)]) as again:
        rawmode = _find_rawmode(again)
        again.tile = [tile._replace(args=_replace(tile.args, rawmode)) for tile in again.tile]
        again.load()
        lower = np.asarray(again)
    if rawmode == "RGBA":  # GREY_AND_ALPHA.
        return _join(lower[..., 0], lower[..., 1]), "L"
    count = CHANNELS[image.mode]
    values = _join(np.asarray(image)[..., :count], lower[..., :count])
    return values, "CMYK" if count == 4 else "RGB"


def _join(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> NDArray[np.uint16]:
    values = upper.astype(np.uint16)
    values <<= 8
    values |= lower
    return values


def _find_rawmode(image: Any) -> str:
    """Pillow's name for the file's samples in the other byte order."""
    tags = getattr(image, "tag_v2", {})
    args = image.tile[0].args
    found = args if isinstance(args, str) else args[0]
    if found == GREY_AND_ALPHA:
        return "RGBA"
    name, _, order = found.partition(";16")
    if name not in CHANNELS or order not in OTHER_ORDER or tags.get(PLANAR) == SEPARATE_PLANES:
        raise UnknownDepthError(
            f"{image.format} of 16 bits with separate planes or premultiplied alpha ({found}): "
            "save it with interleaved colours and without alpha"
        )
    return f"{name};16{OTHER_ORDER[order]}"


def _replace(args: Any, rawmode: str) -> Any:
    return rawmode if isinstance(args, str) else (rawmode, *args[1:])
