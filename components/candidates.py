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

import tensorflow as tf

from components import content, image_file, rejects
from components.content import Content
from components.image_file import Limits, Picture, Refused
from components.image_folder import ImageFile
from components.rejects import Reject
from trainer import records

BY_PREFERENCE = ("test", "val", "train")  # Of copies in several splits, the first of these stays.


@dataclass(frozen=True)
class Candidate:
    """What was found of a file; with a reason, it is a reject."""

    path: str
    label: str
    split: str
    digest: str  # SHA-256 of the content; of the path where the content cannot be read.
    height: int = 0
    width: int = 0
    reason: str = ""
    detail: str = ""

    @property
    def as_reject(self) -> Reject:
        """The row of the rejects' table."""
        return Reject(self.split, self.path, self.reason, self.detail)


def examine(base: str, file: ImageFile, limits: Limits, ratios: tuple[int, ...]) -> Candidate:
    """Reads and decodes a file of the folder `base`; whatever is in it, it ends as a candidate."""
    try:
        read = content.read(f"{base}/{file.path}", limits)
    except tf.errors.OpError as error:
        digest = hashlib.sha256(file.path.encode()).hexdigest()
        found = {"reason": rejects.UNREADABLE, "detail": f"{type(error).__name__}: {error.message}"}
    else:
        digest = read.digest
        found = _findings(read, limits)
    split = file.split or split_of(digest, ratios)
    return Candidate(file.path, file.label, split, digest, **found)


def _findings(read: Content, limits: Limits) -> dict:
    try:
        content.check_length(read, limits)
        picture = image_file.checked(read.data, limits)
    except Refused as refused:
        return {"reason": refused.reason, "detail": refused.detail}
    return {"height": picture.height, "width": picture.width}


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


def settle(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Decides which copies count; all candidates, sorted by digest, some of them now rejects."""
    by_content = sorted(candidates, key=_rank)
    settled: list[Candidate] = []
    for _, copies in groupby(by_content, attrgetter("digest", "reason")):
        settled += _settle_copies(list(copies))
    return settled


def _rank(candidate: Candidate) -> tuple:
    preference = BY_PREFERENCE.index(candidate.split)
    return candidate.digest, candidate.reason, preference, candidate.path


def _settle_copies(copies: list[Candidate]) -> list[Candidate]:
    first, *others = copies
    if first.reason or not others:
        return copies
    labels = sorted({copy.label for copy in copies})
    if len(labels) > 1:
        reason = rejects.DUPLICATE_UNDER_ANOTHER_LABEL
        detail = f"the same bytes under {', '.join(labels)}: {', '.join(c.path for c in copies)}"
        return [replace(copy, reason=reason, detail=detail) for copy in copies]
    detail = f"a copy of {first.path}"
    return [first, *(replace(o, reason=rejects.DUPLICATE, detail=detail) for o in others)]


def record(base: str, candidate: Candidate, limits: Limits, classes: tuple[str, ...]) -> bytes:
    """The serialized tf.Example of a candidate that counts.

    Raises RuntimeError if the file is no longer the one that was examined.
    """
    read = content.read(f"{base}/{candidate.path}", limits)
    if read.digest != candidate.digest:
        raise RuntimeError(f"{base}/{candidate.path} changed while it was ingested: run again.")
    picture = image_file.stored(read.data, limits)
    return _example(candidate, picture, classes).SerializeToString(deterministic=True)


def _example(candidate: Candidate, picture: Picture, classes: tuple[str, ...]) -> tf.train.Example:
    return records.to_example(
        {
            records.ENCODED: picture.encoded,
            records.FORMAT: picture.format,
            records.HEIGHT: picture.height,
            records.WIDTH: picture.width,
            records.FILENAME: candidate.path,
            records.SHA256: candidate.digest,
            records.LABEL_TEXT: candidate.label,
            records.LABEL: classes.index(candidate.label),
        }
    )
