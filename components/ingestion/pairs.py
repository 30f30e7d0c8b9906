"""The mask and boxes of an image: examined with it, and written into its record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import tensorflow as tf

from components.ingestion import file_bytes, file_warnings, rejects
from components.ingestion.annotations import head_boxes, masks, orientation
from components.ingestion.annotations.head_boxes import HeadBoxes
from components.ingestion.file_bytes import Content
from components.ingestion.image_folder import MaskAndBoxes
from components.ingestion.images import Picture, RejectError
from components.ingestion.options import IngestionOptions
from serving.server import memory_budget
from trainer.data import records

if TYPE_CHECKING:
    from components.ingestion.examination import ExaminedFile

MASK_BYTES = 16  # For each pixel, as measured: docs/decisions/0016-memory-budget.md.


@dataclass(frozen=True)
class PairFindings:
    """What was found about an image with a mask; all empty for an image without one."""

    mask: str = ""  # The mask's path.
    mask_digest: str = ""  # SHA-256 of its content.
    pixels: tuple[int, ...] = ()  # The number for each class of the mask.
    species: str = ""
    boxes: tuple[float, ...] = ()  # Of heads: xmin, xmax, ymin, ymax of each, 0..1.
    warnings: tuple[str, ...] = ()


def examine_pair(pair: MaskAndBoxes, picture: Picture, options: IngestionOptions) -> PairFindings:
    """Reads the mask and the boxes of an image. Raises RejectError."""
    reading = options.mask_reading
    if reading.unlisted == "reject" and not pair.is_listed:
        raise RejectError(rejects.UNLISTED, "not in list.txt, and data.mask.unlisted is reject")
    if not pair.mask:
        raise RejectError(rejects.MASK_MISSING, pair.explanation or "no mask has this name")
    mask = _examine_mask(pair.mask, picture, options)
    boxes = _read_boxes(pair.box, picture, options)
    return PairFindings(
        mask=pair.mask,
        mask_digest=mask.digest,
        pixels=mask.pixels,
        species=pair.species,
        boxes=boxes.sides if boxes else (),
        warnings=tuple(_find_warnings(mask.is_turn_known, boxes)),
    )


class BoxFindings(NamedTuple):
    """What was found about an image with one box."""

    label: str  # The name of the object in it.
    boxes: tuple[float, ...]  # xmin, xmax, ymin, ymax: 0..1.
    warnings: tuple[str, ...]


def examine_box(pair: MaskAndBoxes, picture: Picture, options: IngestionOptions) -> BoxFindings:
    """Reads the only box of an image, and the class of the object in it. Raises RejectError."""
    if not pair.box:
        raise RejectError(rejects.BOX_MISSING, pair.explanation)
    try:
        boxes = _load_boxes(pair.box, picture, orientation.AUTO, options)
    except tf.errors.OpError as error:
        detail = f"{pair.box}: {type(error).__name__}: {error.message}"
        raise RejectError(rejects.BOX_UNREADABLE, detail) from error
    except RejectError as error:
        raise RejectError(error.reason, f"{pair.box}: {error.detail}") from error
    if len(boxes.names) != 1:
        reason = rejects.SEVERAL_BOXES if boxes.names else rejects.BOX_MISSING
        raise RejectError(reason, f"{pair.box} has {len(boxes.names)} objects, not one")
    (label,) = boxes.names
    if label not in options.box_classes:
        detail = f"{pair.box}: {label!r} is not in data.classes {list(options.box_classes)}"
        raise RejectError(rejects.BOX_CLASS_UNKNOWN, detail)
    return BoxFindings(label, boxes.sides, tuple(_find_warnings(True, boxes)))


class _MaskFindings(NamedTuple):
    digest: str
    pixels: tuple[int, ...]
    is_turn_known: bool


def _examine_mask(path: str, picture: Picture, options: IngestionOptions) -> _MaskFindings:
    reading = options.mask_reading
    with _read_mask(path, options) as read, _reserve_pixels(picture):
        try:
            ids, is_turn_known = masks.read(read.data, reading, picture)
        except RejectError as error:
            raise RejectError(error.reason, f"{path}: {error.detail}") from error
        pixels = masks.count_pixels(ids, len(reading.values))
        return _MaskFindings(read.digest, tuple(pixels), is_turn_known)


def _find_warnings(is_turn_known: bool, boxes: HeadBoxes | None) -> Iterator[str]:
    if not is_turn_known:
        yield file_warnings.MASK_ORIENTATION_UNKNOWN
    if boxes is None:
        yield file_warnings.BOX_UNREADABLE
    elif not boxes.is_turn_known:
        yield file_warnings.BOXES_ORIENTATION_UNKNOWN


def collect_fields(
    file: ExaminedFile, picture: Picture, options: IngestionOptions
) -> dict[str, Any]:
    """Returns fields of a record. Raises RuntimeError if the mask changed since examination."""
    with _read_mask(file.mask, options) as read, _reserve_pixels(picture):
        if read.digest != file.mask_digest:
            path = f"{options.input_base}/{file.mask}"
            raise RuntimeError(f"{path} changed during ingestion. Run again.")
        encoded = masks.encode(masks.read(read.data, options.mask_reading, picture).ids)
        del read
    fields: dict[str, Any] = {records.MASK: encoded, records.MASK_FORMAT: "PNG"}
    if file.species:
        fields[records.SPECIES] = file.species
    return fields | collect_box_fields(file.boxes, 0)


def collect_box_fields(boxes: tuple[float, ...], label: int) -> dict[str, Any]:
    """Returns fields of a record for boxes of one class; none without a box."""
    if not boxes:
        return {}
    sides = len(head_boxes.SIDES)
    fields = {records.BOXES[side]: list(boxes[n::sides]) for n, side in enumerate(head_boxes.SIDES)}
    return {**fields, records.BOX_LABEL: [label] * (len(boxes) // sides)}


@contextmanager
def _read_mask(path: str, options: IngestionOptions) -> Iterator[Content]:
    try:
        with file_bytes.read(f"{options.input_base}/{path}", options.limits) as read:
            yield read
    except tf.errors.OpError as error:
        detail = f"{path}: {type(error).__name__}: {error.message}"
        raise RejectError(rejects.MASK_UNREADABLE, detail) from error


def _reserve_pixels(picture: Picture) -> AbstractContextManager[None]:
    """Counts the mask's pixels in the memory budget: another size is rejected by its header."""
    return memory_budget.share_pixels().reserve(picture.height * picture.width * MASK_BYTES)


def _read_boxes(path: str, picture: Picture, options: IngestionOptions) -> HeadBoxes | None:
    """Returns None if the boxes cannot be read: they are optional, so the pair gets a warning."""
    if not path:
        return HeadBoxes()
    try:
        return _load_boxes(path, picture, options.mask_reading.oriented, options)
    except (tf.errors.OpError, head_boxes.UnreadableBoxError):
        return None


def _load_boxes(path: str, picture: Picture, oriented: str, options: IngestionOptions) -> HeadBoxes:
    data = file_bytes.read_start(f"{options.input_base}/{path}", head_boxes.MAX_BYTES)
    return head_boxes.read(data, picture, oriented)
