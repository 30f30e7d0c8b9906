"""Rejects: files that do not become examples. Their reasons, their table and their limit."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from components import atomic_text
from components.errors import DataError
from serving import printable

UNREADABLE = "unreadable"  # The bytes cannot be read, or they are damaged.
TRUNCATED = "truncated"  # The end of the image is missing.
NOT_AN_IMAGE = "not_an_image"  # Not a format that ingestion reads.
TOO_SMALL = "too_small"
TOO_MANY_PIXELS = "too_many_pixels"  # By its header or its length: it is never decoded.
EMPTY = "empty"
DUPLICATE = "duplicate"  # A further copy under the same label.
CONFLICTING_LABELS = "conflicting_labels"  # All copies are rejects.
MASK_MISSING = "mask_missing"
MASK_UNREADABLE = "mask_unreadable"
MASK_SIZE_DIFFERS = "mask_size_differs"  # Its image has another size.
MASK_VALUE_OUT_OF_RANGE = "mask_value_out_of_range"  # The experiment does not declare the value.
SURPLUS = "surplus"  # The experiment takes fewer images of the class: not a fault.
REMOVED = "removed"  # By a person, in the file of corrections: not a fault.
UNLISTED = "unlisted"  # Not in annotations/list.txt, and the experiment requires it.
BOX_MISSING = "box_missing"  # No file of boxes, or no object in it.
BOX_UNREADABLE = "box_unreadable"
BOX_WITHOUT_AREA = "box_without_area"  # A least coordinate is not below the greatest one.
BOX_OUTSIDE = "box_outside"  # A part of it is not in the image.
BOX_SIZE_DIFFERS = "box_size_differs"  # Its file names another size than that of the image.
SEVERAL_BOXES = "several_boxes"
BOX_CLASS_UNKNOWN = "box_class_unknown"  # The experiment does not declare the object's name.

MASK_REASONS = (
    MASK_MISSING,
    MASK_UNREADABLE,
    MASK_SIZE_DIFFERS,
    MASK_VALUE_OUT_OF_RANGE,
    UNLISTED,
)
BOX_REASONS = (
    BOX_MISSING,
    BOX_UNREADABLE,
    BOX_WITHOUT_AREA,
    BOX_OUTSIDE,
    BOX_SIZE_DIFFERS,
    SEVERAL_BOXES,
    BOX_CLASS_UNKNOWN,
)
REASONS = (
    UNREADABLE,
    TRUNCATED,
    NOT_AN_IMAGE,
    TOO_SMALL,
    TOO_MANY_PIXELS,
    EMPTY,
    DUPLICATE,
    CONFLICTING_LABELS,
    SURPLUS,
    REMOVED,
    *MASK_REASONS,
    *BOX_REASONS,
)
FILE_NAME = "rejects.csv"
SHOWN = 10  # Rejects in an error message.


@dataclass(frozen=True, order=True)
class Reject:
    """One row of the table: a file that did not become an example."""

    split: str
    path: str  # Relative to the folder that was ingested.
    reason: str  # One of REASONS.
    detail: str


def check_fraction(rejects: list[Reject], files: int, limit: float) -> None:
    """Raises DataError if more than `limit` (0..1) of the files are rejects, and logs them all.

    A failed step loses its table; its log remains. Surplus and removed images are not counted.
    """
    rejects = [reject for reject in rejects if reject.reason not in (SURPLUS, REMOVED)]
    fraction = len(rejects) / files
    if fraction <= limit:
        return
    lines = [printable.name(f"{r.path}: {r.reason} ({r.detail})") for r in sorted(rejects)]
    for line in lines:
        logging.warning("Reject: %s", line)
    first = "\n".join(f"  {line}" for line in lines[:SHOWN])
    raise DataError(
        "too_many_rejects",
        f"{len(rejects)} of {files} files are rejects ({fraction:.1%}), but "
        f"data.max_reject_fraction allows only {limit:.1%}. The first rejects (the log lists "
        f"all):\n{first}\n"
        "Fix or remove these files, or raise data.max_reject_fraction.",
    )


def write(uri: str, rejects: Iterable[Reject]) -> None:
    """Writes the table into the artifact, sorted by split and path.

    An apostrophe precedes cells that a spreadsheet would run as formulas.
    """
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(field.name for field in fields(Reject))
    rows.writerows(map(printable.guard_cell, astuple(reject)) for reject in sorted(rejects))
    atomic_text.write(f"{uri}/{FILE_NAME}", table.getvalue())


def read(uri: str) -> list[Reject]:
    """Reads the table of the artifact."""
    table = io.StringIO(atomic_text.read(f"{uri}/{FILE_NAME}"), newline="")
    rows = csv.DictReader(table)
    return [
        Reject(**{name: printable.read_cell(cell) for name, cell in row.items()}) for row in rows
    ]
