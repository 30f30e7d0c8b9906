"""Files that ingestion does not take: why, the table of them, and when they are too many."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from components import atomic_text
from components.errors import DataError

UNREADABLE = "unreadable"  # Storage does not give the bytes, or they are damaged.
TRUNCATED = "truncated"  # The end of the image is missing.
NOT_AN_IMAGE = "not_an_image"  # No format that ingestion reads.
TOO_SMALL = "too_small"
TOO_MANY_PIXELS = "too_many_pixels"  # By its header or its length, before it is decoded.
EMPTY = "empty"
DUPLICATE = "duplicate"  # A further copy under the same label.
DUPLICATE_UNDER_ANOTHER_LABEL = "duplicate_under_another_label"  # All copies.
MASK_MISSING = "mask_missing"
MASK_UNREADABLE = "mask_unreadable"
MASK_OF_ANOTHER_SIZE = "mask_of_another_size"  # Than its image's.
MASK_VALUE_OUT_OF_RANGE = "mask_value_out_of_range"  # A value that the experiment does not declare.
UNLISTED = "unlisted"  # In no list of its data, and the experiment takes listed images only.

OF_MASKS = (
    MASK_MISSING,
    MASK_UNREADABLE,
    MASK_OF_ANOTHER_SIZE,
    MASK_VALUE_OUT_OF_RANGE,
    UNLISTED,
)
REASONS = (
    UNREADABLE,
    TRUNCATED,
    NOT_AN_IMAGE,
    TOO_SMALL,
    TOO_MANY_PIXELS,
    EMPTY,
    DUPLICATE,
    DUPLICATE_UNDER_ANOTHER_LABEL,
    *OF_MASKS,
)
FILE_NAME = "rejects.csv"
SHOWN = 10


@dataclass(frozen=True, order=True)
class Reject:
    """One row of the table: a file that is not among the examples."""

    split: str
    path: str  # Below the folder that was ingested.
    reason: str  # One of REASONS.
    detail: str


def check_fraction(rejects: list[Reject], files: int, limit: float) -> None:
    """Raises DataError if more than `limit` (0..1) of the files are rejects, and logs them all.

    The table of a step that fails goes with the step: the log is what stays.
    """
    fraction = len(rejects) / files
    if fraction <= limit:
        return
    lines = [f"{r.path}: {r.reason} ({r.detail})" for r in sorted(rejects)]
    for line in lines:
        logging.warning("Reject: %s", line)
    first = "\n".join(f"  {line}" for line in lines[:SHOWN])
    raise DataError(
        f"{len(rejects)} of {files} files are rejects: {fraction:.1%}, and "
        f"data.max_reject_fraction allows {limit:.1%}. The first of them (the log "
        f"has all):\n{first}\n"
        "Mend or remove these files, or raise data.max_reject_fraction."
    )


def write(uri: str, rejects: Iterable[Reject]) -> None:
    """Writes the table into the artifact, sorted by split and path."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(field.name for field in fields(Reject))
    rows.writerows(astuple(reject) for reject in sorted(rejects))
    atomic_text.write(f"{uri}/{FILE_NAME}", table.getvalue())


def read(uri: str) -> list[Reject]:
    """The rows of the artifact's table."""
    table = io.StringIO(atomic_text.read(f"{uri}/{FILE_NAME}"), newline="")
    return [Reject(**row) for row in csv.DictReader(table)]
