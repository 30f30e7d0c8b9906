"""Asks about all images, writes each answer as it comes, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from serving import terminal
from serving.client import Localization, Prediction, connect
from serving.prediction import box_files, mask_files
from serving.prediction.answer_tables import AnswerTable, ClassRow, Row
from serving.prediction.asking import Answered, Failed, ask_all
from serving.prediction.image_list import STDIN, ImageSource


@dataclass(frozen=True)
class Request:
    """Who is asked, and how."""

    url: str
    model: str
    timeout: float  # Seconds.
    bits: int | None  # Of 16-bit files that do not declare their depth.
    output: Path  # Folder for masks and pictures.


@dataclass
class Counts:
    """Images by what became of them."""

    classes: int = 0
    drawn: int = 0  # With masks or boxes.
    failed: int = 0

    @property
    def asked(self) -> int:
        """All of them."""
        return self.classes + self.drawn + self.failed


def ask_and_write(
    sources: Iterable[ImageSource],
    request: Request,
    table: AnswerTable,
    advance: Callable[[], None],
) -> Counts:
    """Writes a row for each answer, and names each image without one on stderr.

    Raises ServingError if the server does not answer, InvalidMask or OSError if an answer cannot be
    written.
    """
    counts = Counts()
    with connect(request.url, request.model, timeout=request.timeout) as client:
        for found in ask_all(client, sources, bits=request.bits):
            advance()
            if isinstance(found, Failed):
                counts.failed += 1
                terminal.echo(f"{found.source.name} {found.reason}.", err=True)
                continue
            row = _make_row(found, request.output)
            counts.classes += isinstance(row, ClassRow)
            counts.drawn += not isinstance(row, ClassRow)
            table.add(row)
    return counts


def _make_row(found: Answered, output: Path) -> Row:
    source = found.image.source
    if isinstance(found.answer, Prediction):
        return ClassRow(source.name, found.answer)
    path = source.place if source.name == STDIN else Path(source.name)
    folder = output / source.place.parent
    if isinstance(found.answer, Localization):
        return box_files.write(path, found.image.encoded, found.answer, folder)
    return mask_files.write(path, found.image.encoded, found.answer, folder)
