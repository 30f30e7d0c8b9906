"""What the page shows of one test image."""

from __future__ import annotations

from dataclasses import dataclass

from components.report.test_examples import Values
from trainer.data.records import FILENAME


@dataclass(frozen=True)
class Picture:
    """A small picture."""

    uri: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Card:
    """One image, what is true of it and what the model says."""

    file: str
    score: float  # 0..1, the higher the better; NaN where nothing can be scored.
    scored: str  # The score in words.
    lines: tuple[str, ...]
    pictures: tuple[Picture, ...]
    wrong: bool = False
    partly_ignored: bool = False  # Some pixels count for no class.


def text(fields: Values, name: str = FILENAME) -> str:
    """A text of a record."""
    return fields[name].decode("utf-8", "replace")
