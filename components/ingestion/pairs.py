"""What belongs to an image that has a mask: examined with it, and put into its record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from components.ingestion import file_bytes, file_warnings, head_boxes, masks, rejects
from components.ingestion.file_bytes import Content
from components.ingestion.image_folder import Pair
from components.ingestion.images import Picture, Refused
from trainer.data import records

if TYPE_CHECKING:
    from components.ingestion.examination import ExaminedFile, Options


@dataclass(frozen=True)
class PairFindings:
    """What belongs to an image with a mask; empty for an image without one."""

    mask: str = ""  # The mask's path.
    mask_digest: str = ""  # SHA-256 of its content.
    pixels: tuple[int, ...] = ()  # Of each class of the mask.
    species: str = ""
    boxes: tuple[float, ...] = ()  # Of heads: xmin, xmax, ymin, ymax of each, 0..1.
    warnings: tuple[str, ...] = ()


def examine_pair(pair: Pair, picture: Picture, options: Options) -> PairFindings:
    """Reads the mask and the boxes of an image. Raises Refused."""
    reading = options.mask_reading
    if reading.unlisted == "reject" and not pair.is_listed:
        raise Refused(rejects.UNLISTED, "in no list, and data.mask.unlisted is reject")
    if not pair.mask:
        raise Refused(rejects.MASK_MISSING, "no mask of this name")
    read = _read_mask(pair.mask, options)
    try:
        classes = masks.ids(read.data, reading, picture)
    except Refused as refused:
        raise Refused(refused.reason, f"{pair.mask}: {refused.detail}") from refused
    boxes = _read_boxes(pair.box, picture, options)
    return PairFindings(
        mask=pair.mask,
        mask_digest=read.digest,
        pixels=tuple(masks.pixels(classes, len(reading.values))),
        species=pair.species,
        boxes=boxes or (),
        warnings=(file_warnings.NO_BOX,) if boxes is None else (),
    )


def fields(candidate: ExaminedFile, picture: Picture, options: Options) -> dict[str, Any]:
    """Fields of a record. Raises RuntimeError if the mask is no longer the one examined."""
    read = _read_mask(candidate.mask, options)
    if read.digest != candidate.mask_digest:
        path = f"{options.input_base}/{candidate.mask}"
        raise RuntimeError(f"{path} changed while it was ingested: run again.")
    classes = masks.ids(read.data, options.mask_reading, picture)
    found: dict[str, Any] = {records.MASK: masks.encoded(classes), records.MASK_FORMAT: "PNG"}
    if candidate.species:
        found[records.SPECIES] = candidate.species
    if candidate.boxes:
        sides = len(head_boxes.SIDES)
        for n, side in enumerate(head_boxes.SIDES):
            found[records.BOXES[side]] = list(candidate.boxes[n::sides])
        found[records.BOX_LABEL] = [0] * (len(candidate.boxes) // sides)
    return found


def _read_mask(path: str, options: Options) -> Content:
    try:
        return file_bytes.read(f"{options.input_base}/{path}", options.limits)
    except tf.errors.OpError as error:
        detail = f"{path}: {type(error).__name__}: {error.message}"
        raise Refused(rejects.MASK_UNREADABLE, detail) from error


def _read_boxes(path: str, picture: Picture, options: Options) -> tuple[float, ...] | None:
    """Boxes are extras. None if a file of boxes cannot be read: the pair gets a warning."""
    if not path:
        return ()
    try:
        data = file_bytes.read_start(f"{options.input_base}/{path}", head_boxes.MOST_BYTES)
        return head_boxes.read(data, picture)
    except (tf.errors.OpError, head_boxes.UnreadableBoxError):
        return None
