"""How a file becomes an example: it is examined, compared with its copies, then read again.

Between the two readings, only a small summary of each file is kept, so that ingestion needs no more
memory for a larger folder. A digest decides the split, so all copies are in the same one; of images
that look alike, the smallest digest decides for all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

import tensorflow as tf

from components.ingestion import file_bytes, file_warnings, images, pairs, rejects
from components.ingestion.file_bytes import Content
from components.ingestion.image_folder import ImageFile, MaskAndBoxes
from components.ingestion.images import Picture, RejectError
from components.ingestion.layouts.left_out import SHOWN, name_some
from components.ingestion.layouts.split_folders import TRAIN_AND_VAL
from components.ingestion.options import IngestionOptions
from components.ingestion.rejects import Reject
from trainer.data import records

BY_PREFERENCE = ("test", "val", "train")  # If copies are in several splits, the first keeps one.


@dataclass(frozen=True)
class ExaminedFile:
    """The result of examining a file. If it has a reason, the file is a reject."""

    path: str
    label: str
    split: str
    digest: str  # SHA-256 of the content; of the path if the content cannot be read.
    height: int = 0
    width: int = 0
    length: int = 0  # Bytes of the image in its record.
    reason: str = ""
    detail: str = ""
    warnings: tuple[str, ...] = ()
    mask: str = ""  # The mask's path; empty if the image has a class.
    mask_digest: str = ""  # SHA-256 of its content.
    pixels: tuple[int, ...] = ()  # The number for each class of the mask.
    species: str = ""
    undeclared: int = 0  # Its greatest sample of 16 bits if it does not declare its depth.
    boxes: tuple[float, ...] = ()  # Of heads: xmin, xmax, ymin, ymax of each, 0..1.
    look: str = ""  # A hash of what it shows: see near_duplicates.
    group: str = ""  # The leader of the images that look like it; empty if there are none.
    given_split: str = ""  # By a folder or a list; the content decides what it leaves open.
    correction: str = ""  # What became of the decision about it: see corrections/application.py.

    @property
    def as_reject(self) -> Reject:
        """Its row in the table of rejects."""
        return Reject(self.split, self.path, self.reason, self.detail)

    @property
    def truth(self) -> tuple[Any, ...]:
        """What is learned of it: copies must have the same."""
        return self.label, self.mask_digest or self.boxes

    @property
    def meaning(self) -> str:
        """Its label, and its mask or its box, for people."""
        if self.boxes and not self.mask:
            return f"{self.label} in the box {', '.join(f'{side:.3f}' for side in self.boxes)}"
        return " with the mask ".join(text for text in (self.label, self.mask) if text)


def examine(file: ImageFile, options: IngestionOptions) -> ExaminedFile:
    """Reads and decodes a file. If it cannot be used, the result has a reason."""
    with ExitStack() as stack:
        try:
            path = f"{options.input_base}/{file.path}"
            read = stack.enter_context(file_bytes.read(path, options.limits))
        except tf.errors.OpError as error:
            unread = _start(file, hashlib.sha256(file.path.encode()).hexdigest(), options)
            detail = f"{type(error).__name__}: {error.message}"
            return replace(unread, reason=rejects.UNREADABLE, detail=detail)
        started = _start(file, read.digest, options)
        try:
            found, picture = _examine_image(started, read, options)
            del read  # The memory budget counts the image's bytes or the mask's, not both.
            stack.close()
            return _examine_pair(found, file.pair, picture, options)
        except RejectError as error:
            return replace(started, reason=error.reason, detail=error.detail)


def _start(file: ImageFile, digest: str, options: IngestionOptions) -> ExaminedFile:
    given = file.split or ""
    split = choose_split_of(given, digest, options.ratios)
    return ExaminedFile(file.path, file.label, split, digest, given_split=given)


def _examine_image(
    started: ExaminedFile, read: Content, options: IngestionOptions
) -> tuple[ExaminedFile, Picture]:
    """Returns the picture without its bytes."""
    file_bytes.check_length(read, options.limits)
    picture = images.convert_and_check(read.data, options.limits)
    found = replace(
        started,
        height=picture.height,
        width=picture.width,
        length=len(picture.encoded),
        warnings=tuple(file_warnings.find_warnings(started.path, read.data, picture)),
        undeclared=picture.undeclared,
        look=picture.look,
    )
    return found, replace(picture, encoded=b"")


def _examine_pair(
    found: ExaminedFile, listed: MaskAndBoxes | None, picture: Picture, options: IngestionOptions
) -> ExaminedFile:
    if listed is None:
        return found
    if options.box_classes:
        box = pairs.examine_box(listed, picture, options)
        warnings = (*found.warnings, *box.warnings)
        return replace(found, label=box.label, boxes=box.boxes, warnings=warnings)
    pair = pairs.examine_pair(listed, picture, options)
    return replace(
        found,
        warnings=(*found.warnings, *pair.warnings),
        mask=pair.mask,
        mask_digest=pair.mask_digest,
        pixels=pair.pixels,
        species=pair.species,
        boxes=pair.boxes,
    )


def choose_split_of(given: str, digest: str, ratios: tuple[int, ...]) -> str:
    """Returns the split that the folder gives; the content decides what is left open."""
    if given == TRAIN_AND_VAL:
        train, val, _ = ratios
        return choose_split(digest, (train or 1, val, 0))
    return given or choose_split(digest, ratios)


def choose_split(digest: str, ratios: tuple[int, ...]) -> str:
    """Chooses the split of a content, by the first 16 digits of its digest."""
    bucket = int(digest[:16], 16) % sum(ratios)
    for split, ratio in zip(records.SPLITS, ratios, strict=True):
        if bucket < ratio:
            return split
        bucket -= ratio
    raise AssertionError(f"{digest} fits no split of {ratios}")


def choose_shard(digest: str, shards: int) -> int:
    """Chooses the shard of a content: copies share a shard. It does not depend on the split."""
    return int(digest[-8:], 16) % shards


def settle(files: Iterable[ExaminedFile]) -> list[ExaminedFile]:
    """Decides which copies become examples. Returns all files, sorted by digest."""
    by_content = sorted(files, key=_rank)
    settled: list[ExaminedFile] = []
    for _, copies in groupby(by_content, attrgetter("digest", "reason")):
        settled += _settle_copies(list(copies))
    return settled


def _rank(file: ExaminedFile) -> tuple[str, str, int, str]:
    return file.digest, file.reason, BY_PREFERENCE.index(file.split), file.path


def _settle_copies(copies: list[ExaminedFile]) -> list[ExaminedFile]:
    first, *others = copies
    if first.reason or not others:
        return copies
    if len({copy.truth for copy in copies}) > 1:
        reason = rejects.CONFLICTING_LABELS
        same = f"the same bytes as {first.path}"
        settled = [replace(copy, reason=reason, detail=same) for copy in others]
        return [replace(first, reason=reason, detail=_describe_group(copies)), *settled]
    detail = f"a copy of {first.path}"
    return [first, *(replace(o, reason=rejects.DUPLICATE, detail=detail) for o in others)]


def _describe_group(copies: list[ExaminedFile]) -> str:
    """Names a few labels of a group, and a file of each: once for the group, which may be large."""
    paths = {copy.meaning: copy.path for copy in reversed(copies)}
    meanings = sorted(paths)
    shown = ", ".join(paths[meaning] for meaning in meanings[:SHOWN])
    return f"the same bytes under {name_some(meanings)}: {len(copies):,} files, such as {shown}"


def make_record(file: ExaminedFile, options: IngestionOptions, classes: tuple[str, ...]) -> bytes:
    """Serializes the tf.Example of a file that is not a reject.

    Raises RuntimeError if the file has changed since it was examined.
    """
    path = f"{options.input_base}/{file.path}"
    with file_bytes.read(path, options.limits) as read:
        if read.digest != file.digest:
            raise RuntimeError(f"{path} changed during ingestion. Run again.")
        picture = images.convert(read.data, options.limits, options.bits)
        del read
    fields = _collect_fields(file, picture, classes)
    if file.mask:
        fields |= pairs.collect_fields(file, picture, options)
    elif file.boxes:
        fields |= pairs.collect_box_fields(file.boxes, classes.index(file.label))
    return records.to_example(fields).SerializeToString(deterministic=True)


def _collect_fields(
    file: ExaminedFile, picture: Picture, classes: tuple[str, ...]
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        records.ENCODED: picture.encoded,
        records.FORMAT: picture.format,
        records.HEIGHT: picture.height,
        records.WIDTH: picture.width,
        records.FILENAME: file.path,
        records.SHA256: file.digest,
    }
    if file.label:
        fields[records.LABEL_TEXT] = file.label
        fields[records.LABEL] = classes.index(file.label)
    return fields
