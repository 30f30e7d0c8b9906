"""Converts a mask file's bytes to class ids, or gives the reason why the pair is a reject."""

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
from components.ingestion.images import Picture, RejectError
from serving import image_kinds
from trainer.data.records import IGNORED

LOSSLESS = ("PNG", "BMP", "TIFF")  # Not GIF: its writers reorder the values.
ONE_BYTE = ("L", "P", "1")  # Modes with one value per pixel; for a palette, its index.
WHITE = 255  # The value of white in mode "1", as in mode "L".
ON_THEIR_SIDES = (
    Transpose.ROTATE_90,
    Transpose.ROTATE_270,
    Transpose.TRANSPOSE,
    Transpose.TRANSVERSE,
)


@dataclass(frozen=True)
class MaskReading:
    """How to read mask files: the n-th of `values` is class n."""

    values: tuple[int, ...]
    ignored: int | None
    unlisted: str  # "keep" or "reject".


def read_ids(data: bytes, reading: MaskReading, picture: Picture) -> NDArray[np.uint8]:
    """Returns the class ids [H, W] uint8, IGNORED for pixels without a class.

    If the photograph was turned upright, its mask is turned too, unless it is already upright.
    Raises RejectError.
    """
    kind = formats.detect(data)
    if kind not in LOSSLESS:
        found = kind or image_kinds.name_other(data) or "an unknown format"
        detail = f"{found}, not one of {', '.join(LOSSLESS)}"
        raise RejectError(rejects.MASK_UNREADABLE, detail)
    return _to_classes(_read_values(data, kind, picture), reading)


def count_pixels(ids: NDArray[np.uint8], classes: int) -> list[int]:
    """Counts the pixels of each class."""
    return np.bincount(ids.ravel(), minlength=IGNORED + 1)[:classes].tolist()


def encode(ids: NDArray[np.uint8]) -> bytes:
    """Encodes class ids as the PNG that a record contains."""
    stream = io.BytesIO()
    Image.fromarray(ids).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _read_values(data: bytes, kind: str, picture: Picture) -> NDArray[np.uint8]:
    """Returns the file's values [H, W] uint8, upright. Checks the size before it decodes."""
    with _reject_damage(kind, data):
        mask = Image.open(io.BytesIO(data), formats=LOSSLESS)
    turn = _find_turn(mask, picture)
    if mask.mode not in ONE_BYTE:
        detail = f"colours of mode {mask.mode}: save one byte per pixel, grey or with a palette"
        raise RejectError(rejects.MASK_UNREADABLE, detail)
    with _reject_damage(kind, data):
        mask.load()
    values = np.asarray(mask if turn is None else mask.transpose(turn))
    return values.astype(np.uint8) * np.uint8(WHITE if mask.mode == "1" else 1)


@contextmanager
def _reject_damage(kind: str, data: bytes) -> Iterator[None]:
    """Turns Pillow's errors about damaged bytes, which may be of any type, into RejectError."""
    try:
        yield
    except Exception as error:
        detail = image_kinds.explain(data) or f"damaged {kind}: {image_kinds.clean_reason(error)}"
        raise RejectError(rejects.MASK_UNREADABLE, detail) from error


def _find_turn(mask: Image.Image, picture: Picture) -> Transpose | None:
    """Returns the turn that gives the mask its picture's size. Raises RejectError if none does."""
    if mask.size == (picture.width, picture.height):
        return None
    if mask.size == (picture.height, picture.width) and picture.turn in ON_THEIR_SIDES:
        return picture.turn
    sizes = f"{mask.height} x {mask.width}, but its image is {picture.height} x {picture.width}"
    raise RejectError(rejects.MASK_OF_ANOTHER_SIZE, sizes)


def _to_classes(values: NDArray[np.uint8], reading: MaskReading) -> NDArray[np.uint8]:
    known = np.full(256, -1, np.int16)
    known[list(reading.values)] = range(len(reading.values))
    if reading.ignored is not None:
        known[reading.ignored] = IGNORED
    classes = known[values]
    if (classes < 0).any():
        row, column = np.argwhere(classes < 0)[0]
        declared = f"data.mask.values {list(reading.values)}, data.mask.ignored {reading.ignored}"
        detail = f"{values[row, column]} at row {row}, column {column} is not in {declared}"
        raise RejectError(rejects.MASK_VALUE_OUT_OF_RANGE, detail)
    return classes.astype(np.uint8)
