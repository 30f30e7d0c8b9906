"""The file of corrections: JSON Lines, one decision about one image's content on each line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import tensorflow as tf

from components import atomic_text
from components.errors import DataError

RIGHT, WRONG, REMOVE = "right", "wrong", "remove"
DECISIONS = (RIGHT, WRONG, REMOVE)
MOST = 100_000  # Decisions: each worker of ingestion has them all in memory.


@dataclass(frozen=True)
class Correction:
    """One decision."""

    sha256: str  # Of the image file's bytes.
    path: str  # For people: the content decides.
    given: str  # The label that the person saw; empty if the image has none.
    decision: str  # One of DECISIONS.
    label: str = ""  # The new one if the decision is WRONG; else empty.

    def __post_init__(self) -> None:
        if not all(isinstance(value, str) for value in asdict(self).values()):
            raise ValueError("a value is not text")
        if not re.fullmatch("[0-9a-f]{64}", self.sha256):
            raise ValueError(f"sha256 {self.sha256!r} is not 64 hexadecimal digits")
        if self.decision not in DECISIONS:
            raise ValueError(f"decision {self.decision!r} is not one of {', '.join(DECISIONS)}")
        if bool(self.label) != (self.decision == WRONG):
            raise ValueError(f"{self.decision!r} and label {self.label!r} do not fit")


Corrections = dict[str, Correction]  # By sha256.


def read(path: str) -> Corrections:
    """Reads the file. Raises DataError if it cannot be read or a line is not a decision."""
    try:
        lines = atomic_text.read(path).splitlines()
    except (tf.errors.OpError, UnicodeDecodeError) as error:
        raise DataError(
            "corrections_unusable", f"The corrections {path} cannot be read: {error}"
        ) from error
    if len(lines) > MOST:
        text = f"{path} has {len(lines):,} lines: at most {MOST:,} corrections are possible."
        raise DataError("corrections_unusable", text)
    found: Corrections = {}
    for number, line in enumerate(lines, start=1):
        each = _parse(path, number, line)
        if each.sha256 in found:
            raise _make_error(path, number, f"an earlier line is about {each.sha256}")
        found[each.sha256] = each
    return found


def write(path: str, corrections: Iterable[Correction]) -> None:
    """Writes the whole file under a temporary name, and renames it."""
    lines = (json.dumps(asdict(each)) for each in corrections)
    atomic_text.write(path, "".join(f"{line}\n" for line in lines))


def _parse(path: str, number: int, line: str) -> Correction:
    try:
        return Correction(**json.loads(line))
    except (TypeError, ValueError) as error:
        raise _make_error(path, number, str(error)) from error


def _make_error(path: str, number: int, problem: str) -> DataError:
    return DataError(
        "corrections_unusable",
        f"{path}, line {number}: {problem}. Fix or remove the line, or write the file with "
        "`fcn review`.",
    )
