"""What the report shows about one test image."""

from __future__ import annotations

from dataclasses import dataclass

from components.report.test_examples import Values
from trainer.data.records import FILENAME


@dataclass(frozen=True)
class CardPicture:
    """A small picture on a card."""

    uri: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Card:
    """One test image, with its truth and the model's prediction."""

    file: str
    score: float  # 0..1, higher is better; NaN if nothing can be scored.
    scored: str  # The score in words.
    lines: tuple[str, ...]
    pictures: tuple[CardPicture, ...]
    wrong: bool = False
    partly_ignored: bool = False  # Some pixels are ignored.


def read_text(fields: Values, name: str = FILENAME) -> str:
    """Reads a text field of a record."""
    return fields[name].decode("utf-8", "replace")
