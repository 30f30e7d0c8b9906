"""From a mask file's bytes to class ids, or to the reason why the pair is refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Transpose

from components.ingestion import formats, rejects
from components.ingestion.images import Picture, Refused
from trainer.data.records import IGNORED

LOSSLESS = ("PNG", "BMP", "TIFF")  # Not GIF: what writes it puts the values into another order.
ONE_BYTE = ("L", "P", "1")  # Modes of one value a pixel; a palette's index is the value.
WHITE = 255  # The value of white in mode "1", as in any other.
ON_THEIR_SIDES = (
    Transpose.ROTATE_90,
    Transpose.ROTATE_270,
    Transpose.TRANSPOSE,
    Transpose.TRANSVERSE,
)


@dataclass(frozen=True)
class Reading:
    """What the values of the files mean: the n-th of them is class n."""

    values: tuple[int, ...]
    ignored: int | None
    unlisted: str  # "keep" or "reject".


def ids(data: bytes, reading: Reading, picture: Picture) -> NDArray[np.uint8]:
    """The classes [H, W] uint8 of a picture's pixels, IGNORED where one has none. Raises Refused.

    A mask of a photograph that lay on its side is turned with it, unless it stands upright already.
    """
    kind = formats.kind(data)
    if kind not in LOSSLESS:
        detail = f"{kind or 'no known image'}, and not one of {', '.join(LOSSLESS)}"
        raise Refused(rejects.MASK_UNREADABLE, detail)
    return _classes(_values(data, kind, picture), reading)


def pixels(classes: NDArray[np.uint8], count: int) -> list[int]:
    """How many pixels each class has."""
    return np.bincount(classes.ravel(), minlength=IGNORED + 1)[:count].tolist()


def encoded(classes: NDArray[np.uint8]) -> bytes:
    """The PNG of class ids that a record holds."""
    stream = io.BytesIO()
    Image.fromarray(classes).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _values(data: bytes, kind: str, picture: Picture) -> NDArray[np.uint8]:
    """The file's values [H, W] uint8, upright. Decodes no other size than the picture's."""
    with _refusing(kind):
        mask = Image.open(io.BytesIO(data), formats=LOSSLESS)
    turn = _turn(mask, picture)
    if mask.mode not in ONE_BYTE:
        detail = f"colours of mode {mask.mode}: save one byte a pixel, grey or with a palette"
        raise Refused(rejects.MASK_UNREADABLE, detail)
    with _refusing(kind):
        mask.load()
    values = np.asarray(mask if turn is None else mask.transpose(turn))
    return values.astype(np.uint8) * np.uint8(WHITE if mask.mode == "1" else 1)


@contextmanager
def _refusing(kind: str) -> Iterator[None]:
    """Turns what Pillow raises about damaged bytes, which may be anything, into Refused."""
    try:
        yield
    except Exception as error:
        text = " ".join(str(error).split("<")[0].split())[:200]  # Without an object's address.
        raise Refused(rejects.MASK_UNREADABLE, f"damaged {kind}: {text}") from error


def _turn(mask: Image.Image, picture: Picture) -> Transpose | None:
    """What makes the mask stand as its picture. Raises Refused where nothing does."""
    if mask.size == (picture.width, picture.height):
        return None
    if mask.size == (picture.height, picture.width) and picture.turn in ON_THEIR_SIDES:
        return picture.turn
    sizes = f"{mask.height} x {mask.width}, and its image {picture.height} x {picture.width}"
    raise Refused(rejects.MASK_OF_ANOTHER_SIZE, sizes)


def _classes(values: NDArray[np.uint8], reading: Reading) -> NDArray[np.uint8]:
    known = np.full(256, -1, np.int16)
    known[list(reading.values)] = range(len(reading.values))
    if reading.ignored is not None:
        known[reading.ignored] = IGNORED
    classes = known[values]
    if (classes < 0).any():
        row, column = np.argwhere(classes < 0)[0]
        declared = f"data.mask.values {list(reading.values)}, data.mask.ignored {reading.ignored}"
        detail = f"{values[row, column]} at row {row}, column {column}; declared are {declared}"
        raise Refused(rejects.MASK_VALUE_OUT_OF_RANGE, detail)
    return classes.astype(np.uint8)
