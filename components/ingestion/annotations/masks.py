"""Converts a mask file's bytes to class ids, or gives the reason why the pair is a reject."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from components.ingestion import rejects
from components.ingestion.annotations import orientation
from components.ingestion.images import Picture, RejectError, reject_damage
from serving import formats, image_kinds
from serving.orientation import load_stored
from trainer.data.records import IGNORED

LOSSLESS = ("PNG", "BMP", "TIFF")  # Not GIF: its writers reorder the values.
ONE_BYTE = ("L", "P", "1")  # Modes with one value per pixel; for a palette, its index.
WHITE = 255  # The value of white in mode "1", as in mode "L".


@dataclass(frozen=True)
class MaskReading:
    """How to read mask files: the n-th of `values` is class n."""

    values: tuple[int, ...]
    ignored: int | None
    unlisted: str  # "keep" or "reject".
    oriented: str = orientation.AUTO  # Or STORED or SHOWN.


class Mask(NamedTuple):
    """A mask as a record contains it."""

    ids: NDArray[np.uint8]  # [H, W], IGNORED for pixels without a class.
    is_turn_known: bool


def read(data: bytes, reading: MaskReading, picture: Picture) -> Mask:
    """Reads a mask file, turned upright as its picture was. Raises RejectError."""
    kind = formats.detect(data)
    if kind not in LOSSLESS:
        found = kind or image_kinds.name_other(data) or "an unknown format"
        detail = f"{found}, not one of {', '.join(LOSSLESS)}"
        raise RejectError(rejects.MASK_UNREADABLE, detail)
    with reject_damage(_explain_damage, data):
        mask = Image.open(io.BytesIO(data), formats=LOSSLESS)
    _check_header(mask, picture)
    with reject_damage(_explain_damage, data):
        stored, own = load_stored(mask)
    turn, is_known = orientation.choose_turn(stored.size, own, picture, reading.oriented)
    values = np.asarray(stored if turn is None else stored.transpose(turn))
    values = values.astype(np.uint8) * np.uint8(WHITE if stored.mode == "1" else 1)
    return Mask(_to_classes(values, reading), is_known)


def count_pixels(ids: NDArray[np.uint8], classes: int) -> list[int]:
    """Counts the pixels of each class."""
    return np.bincount(ids.ravel(), minlength=IGNORED + 1)[:classes].tolist()


def encode(ids: NDArray[np.uint8]) -> bytes:
    """Encodes class ids as the PNG that a record contains."""
    stream = io.BytesIO()
    Image.fromarray(ids).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _check_header(mask: Image.Image, picture: Picture) -> None:
    """Raises RejectError if no turn gives the picture's size, or for colours: before decoding."""
    if sorted(mask.size) != sorted((picture.height, picture.width)):
        sizes = f"{mask.height} x {mask.width}, but its image is {picture.height} x {picture.width}"
        raise RejectError(rejects.MASK_SIZE_DIFFERS, sizes)
    if mask.mode not in ONE_BYTE:
        detail = f"colours of mode {mask.mode}: save one byte per pixel, grey or with a palette"
        raise RejectError(rejects.MASK_UNREADABLE, detail)


def _explain_damage(data: bytes, error: Exception) -> RejectError:
    reason = f"damaged {formats.detect(data)}: {image_kinds.clean_reason(error)}"
    return RejectError(rejects.MASK_UNREADABLE, image_kinds.explain(data) or reason)


def _to_classes(values: NDArray[np.uint8], reading: MaskReading) -> NDArray[np.uint8]:
    known = np.full(256, -1, np.int16)
    known[list(reading.values)] = range(len(reading.values))
    if reading.ignored is not None:
        known[reading.ignored] = IGNORED
    classes = known[values]
    if (classes < 0).any():
        row, column = np.unravel_index(int(np.argmin(classes)), classes.shape)  # The first one.
        declared = f"data.mask.values {list(reading.values)}, data.mask.ignored {reading.ignored}"
        detail = f"{values[row, column]} at row {row}, column {column} is not in {declared}"
        raise RejectError(rejects.MASK_VALUE_OUT_OF_RANGE, detail)
    return classes.astype(np.uint8)
