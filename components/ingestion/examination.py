"""A file on its way to be an example: examined first, settled against its copies, then read again.

Between the two readings only a few words of each file travel, so that ingestion takes no more
memory for a larger folder. Splits come from a digest, so that copies never stand on both sides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

import tensorflow as tf

from components.ingestion import file_bytes, file_warnings, images, pairs, rejects
from components.ingestion.file_bytes import Content
from components.ingestion.image_folder import ImageFile
from components.ingestion.images import Limits, Picture, Refused
from components.ingestion.masks import Reading
from components.ingestion.rejects import Reject
from trainer.data import records

BY_PREFERENCE = ("test", "val", "train")  # Of copies in several splits, the first of these stays.


@dataclass(frozen=True)
class Options:
    """What the result of ingestion depends on, apart from the files."""

    input_base: str
    ratios: tuple[int, ...]  # train : val : test
    limits: Limits
    shards: int  # Of each split.
    reading: Reading | None = None  # How masks are read; None if images have classes.

    @property
    def mask_reading(self) -> Reading:
        """How masks are read. Raises ValueError if there are none."""
        if self.reading is None:
            raise ValueError(
                "data.mask is not set, but the images have masks: say how to read them."
            )
        return self.reading


@dataclass(frozen=True)
class ExaminedFile:
    """What was found of a file; with a reason, it is a reject."""

    path: str
    label: str
    split: str
    digest: str  # SHA-256 of the content; of the path where the content cannot be read.
    height: int = 0
    width: int = 0
    reason: str = ""
    detail: str = ""
    warnings: tuple[str, ...] = ()
    mask: str = ""  # The mask's path; empty where the image has a class.
    mask_digest: str = ""  # SHA-256 of its content.
    pixels: tuple[int, ...] = ()  # Of each class of the mask.
    species: str = ""
    boxes: tuple[float, ...] = ()  # Of heads: xmin, xmax, ymin, ymax of each, 0..1.

    @property
    def as_reject(self) -> Reject:
        """The row of the rejects' table."""
        return Reject(self.split, self.path, self.reason, self.detail)

    @property
    def meaning(self) -> str:
        """What a copy must have in common with it: the label, and the mask."""
        return " with the mask ".join(text for text in (self.label, self.mask) if text)


def examine(file: ImageFile, options: Options) -> ExaminedFile:
    """Reads and decodes a file; what cannot be used has a reason."""
    try:
        read = file_bytes.read(f"{options.input_base}/{file.path}", options.limits)
    except tf.errors.OpError as error:
        unread = _start(file, hashlib.sha256(file.path.encode()).hexdigest(), options)
        detail = f"{type(error).__name__}: {error.message}"
        return replace(unread, reason=rejects.UNREADABLE, detail=detail)
    started = _start(file, read.digest, options)
    try:
        return _examine_content(started, file, read, options)
    except Refused as refused:
        return replace(started, reason=refused.reason, detail=refused.detail)


def _start(file: ImageFile, digest: str, options: Options) -> ExaminedFile:
    split = file.split or split_of(digest, options.ratios)
    return ExaminedFile(file.path, file.label, split, digest)


def _examine_content(
    started: ExaminedFile, file: ImageFile, read: Content, options: Options
) -> ExaminedFile:
    file_bytes.check_length(read, options.limits)
    picture = images.checked(read.data, options.limits)
    pair = pairs.examine_pair(file.pair, picture, options) if file.pair else pairs.PairFindings()
    return replace(
        started,
        height=picture.height,
        width=picture.width,
        warnings=(*file_warnings.of(file.path, read.data), *pair.warnings),
        mask=pair.mask,
        mask_digest=pair.mask_digest,
        pixels=pair.pixels,
        species=pair.species,
        boxes=pair.boxes,
    )


def split_of(digest: str, ratios: tuple[int, ...]) -> str:
    """The split of a content: the same in every run, whatever else is in the folder."""
    bucket = int(digest[:16], 16) % sum(ratios)
    for split, ratio in zip(records.SPLITS, ratios, strict=True):
        if bucket < ratio:
            return split
        bucket -= ratio
    raise AssertionError(f"{digest} fits no split of {ratios}")


def shard_of(digest: str, shards: int) -> int:
    """The shard of a content: copies meet in one shard, and it says nothing of the split."""
    return int(digest[-8:], 16) % shards


def settle(candidates: Iterable[ExaminedFile]) -> list[ExaminedFile]:
    """Decides which copies count; all candidates, sorted by digest, some of them now rejects."""
    by_content = sorted(candidates, key=_rank)
    settled: list[ExaminedFile] = []
    for _, copies in groupby(by_content, attrgetter("digest", "reason")):
        settled += _settle_copies(list(copies))
    return settled


def _rank(candidate: ExaminedFile) -> tuple[str, str, int, str]:
    preference = BY_PREFERENCE.index(candidate.split)
    return candidate.digest, candidate.reason, preference, candidate.path


def _settle_copies(copies: list[ExaminedFile]) -> list[ExaminedFile]:
    first, *others = copies
    if first.reason or not others:
        return copies
    if len({(copy.label, copy.mask_digest) for copy in copies}) > 1:
        reason = rejects.DUPLICATE_UNDER_ANOTHER_LABEL
        meanings = ", ".join(sorted({copy.meaning for copy in copies}))
        detail = f"the same bytes under {meanings}: {', '.join(c.path for c in copies)}"
        return [replace(copy, reason=reason, detail=detail) for copy in copies]
    detail = f"a copy of {first.path}"
    return [first, *(replace(o, reason=rejects.DUPLICATE, detail=detail) for o in others)]


def record(candidate: ExaminedFile, options: Options, classes: tuple[str, ...]) -> bytes:
    """The serialized tf.Example of a candidate that counts.

    Raises RuntimeError if the file is no longer the one that was examined.
    """
    base = options.input_base
    read = file_bytes.read(f"{base}/{candidate.path}", options.limits)
    if read.digest != candidate.digest:
        raise RuntimeError(f"{base}/{candidate.path} changed while it was ingested: run again.")
    picture = images.stored(read.data, options.limits)
    fields = _fields(candidate, picture, classes)
    if candidate.mask:
        fields |= pairs.fields(candidate, picture, options)
    return records.to_example(fields).SerializeToString(deterministic=True)


def _fields(candidate: ExaminedFile, picture: Picture, classes: tuple[str, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        records.ENCODED: picture.encoded,
        records.FORMAT: picture.format,
        records.HEIGHT: picture.height,
        records.WIDTH: picture.width,
        records.FILENAME: candidate.path,
        records.SHA256: candidate.digest,
    }
    if candidate.label:
        fields[records.LABEL_TEXT] = candidate.label
        fields[records.LABEL] = classes.index(candidate.label)
    return fields
