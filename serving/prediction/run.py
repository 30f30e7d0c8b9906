"""Asks about all images, writes each answer as it comes, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from serving import terminal
from serving.client import HeatMaps, Localization, Prediction, connect
from serving.prediction import box_files, heat_files, label_files, mask_files
from serving.prediction.answer_tables import AnswerTable, ClassRow, Row
from serving.prediction.asking import Answered, Failed, HeatAsker, Loaded, ask_all
from serving.prediction.image_list import STDIN, ImageSource
from serving.prediction.options import OUTPUT
from serving.rgb_images import UnreadableImageError


@dataclass(frozen=True)
class Request:
    """Who is asked, and how."""

    url: str
    model: str
    timeout: float  # Seconds.
    bits: int | None  # Of 16-bit files that do not declare their depth.
    output: Path | None  # Folder for pictures; None: OUTPUT, and no pictures of classes.
    confidence: bool = False  # Whether the probabilities of masks' pixels are written.
    heat: str | None = None  # The class of heat maps; empty: each image's label. None: no maps.

    @property
    def folder(self) -> Path:
        """Where pictures are written if there are any."""
        return self.output or OUTPUT


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
        asked = client if request.heat is None else HeatAsker(client)
        for found in ask_all(asked, sources, bits=request.bits):
            advance()
            if isinstance(found, Failed):
                counts.failed += 1
                terminal.echo(f"{found.source.name} {found.reason}.", err=True)
                continue
            row = _make_row(found, request)
            counts.classes += isinstance(row, ClassRow)
            counts.drawn += not isinstance(row, ClassRow)
            table.add(row)
    return counts


def _make_row(found: Answered, request: Request) -> Row:
    source = found.image.source
    path = source.place if source.name == STDIN else Path(source.name)
    folder = request.folder / source.place.parent
    if isinstance(found.answer, HeatMaps):
        heat = _draw_heat(found.image, found.answer, path, request)
        return ClassRow(source.name, found.answer.prediction, heat)
    if isinstance(found.answer, Localization):
        return box_files.write(path, found.image.encoded, found.answer, folder)
    if not isinstance(found.answer, Prediction):
        files = mask_files.write(path, found.image.encoded, found.answer, folder)
        if request.confidence:
            return mask_files.write_confidence(files, found.answer, folder)
        return files
    picture = None
    if request.output:
        picture = _draw_label(path, found.image.encoded, found.answer, folder)
    return ClassRow(source.name, found.answer, picture)


def _draw_label(path: Path, encoded: bytes, answer: Prediction, folder: Path) -> str:
    """The picture's path; empty for an image that the server decodes and Pillow does not."""
    return _draw(path, lambda: label_files.write(path, encoded, answer, folder))


def _draw_heat(image: Loaded, maps: HeatMaps, path: Path, request: Request) -> str:
    """As _draw_label, with what speaks for a class."""
    folder, label = request.folder / image.source.place.parent, request.heat or ""
    return _draw(path, lambda: heat_files.write(path, image.encoded, maps, folder, label))


def _draw(path: Path, write: Callable[[], Path]) -> str:
    try:
        return str(write())
    except UnreadableImageError as error:
        terminal.echo(f"{path} has no picture, because it cannot be drawn: {error}.", err=True)
        return ""
