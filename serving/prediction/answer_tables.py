"""What `fcn predict` prints as answers come: tables for people, JSON or CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import typer

from serving import overlay
from serving.client import Localization, Prediction
from serving.prediction.box_files import BoxFile
from serving.prediction.mask_files import MaskFiles
from serving.printable import guard_cell
from serving.terminal import Table, console, echo

ROWS = 100  # Of one table for people.
RUNNERS_UP = 2
STDOUT = "-"


@dataclass(frozen=True)
class ClassRow:
    """One image's class, and the picture of both if one was written."""

    image: str
    prediction: Prediction
    picture: str | None = None  # Empty if the image cannot be drawn.


Row = ClassRow | MaskFiles | BoxFile


class AnswerTable(Protocol):
    """Takes one row after the other. Use it in a `with` block."""

    def add(self, row: Row) -> None:
        """Writes a row."""


class TextTables:
    """Tables of at most ROWS rows, printed when they are full or when the answers end."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Prints a table if it is full."""
        self._rows.append(row)
        if len(self._rows) == ROWS:
            self.print()

    def print(self) -> None:
        """Prints the rows that have not been printed yet."""
        if self._rows:
            cells = [_to_cells(row) for row in self._rows]
            table = Table(*cells[0])
            for each in cells:
                table.add_row(*each.values())
            console.print(table)
        self._rows = []


class JSONArray:
    """One JSON document: an array with an object for each row."""

    def __init__(self) -> None:
        self._is_empty = True

    def add(self, row: Row) -> None:
        """Prints an object."""
        text = textwrap.indent(json.dumps(_to_object(row), indent=2), "  ")
        typer.echo(("[\n" if self._is_empty else ",\n") + text, nl=False)
        self._is_empty = False

    def end(self) -> None:
        """Ends the array."""
        typer.echo("[]" if self._is_empty else "\n]")


class CSVFile:
    """A header, and a line for each row: a column for each class."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._writer: csv.DictWriter | None = None

    def add(self, row: Row) -> None:
        """Writes a line. Raises ValueError if the model's classes have changed."""
        columns = {guard_cell(name): value for name, value in _to_columns(row).items()}
        if self._writer is None:
            self._writer = csv.DictWriter(self._file, list(columns), lineterminator="\n")
            self._writer.writeheader()
        self._writer.writerow(columns)
        self._file.flush()


@contextmanager
def open_tables() -> Iterator[AnswerTable]:
    """Prints tables for people."""
    tables = TextTables()
    try:
        yield tables
    finally:
        tables.print()


@contextmanager
def open_json() -> Iterator[AnswerTable]:
    """Prints JSON. After an error too, what was printed is a document."""
    array = JSONArray()
    try:
        yield array
    finally:
        array.end()


@contextmanager
def open_csv(place: str) -> Iterator[AnswerTable]:
    """Prints CSV, or writes a file that is complete when it has its name.

    After an error, the answers so far are in a file whose name ends in `.partial`.
    """
    if place == STDOUT:
        yield CSVFile(sys.stdout)
        return
    partial = Path(f"{place}.partial")
    partial.parent.mkdir(parents=True, exist_ok=True)
    try:
        with partial.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            yield CSVFile(file)
    except BaseException:
        echo(f"The answers so far are in {partial}.", err=True)
        raise
    partial.replace(place)


def _to_object(row: Row) -> dict[str, Any]:
    if isinstance(row, ClassRow):
        return _to_class_object(row)
    if isinstance(row, BoxFile):
        return {
            "file": str(row.image),
            "overlay": str(row.overlay),
            "label": row.found.label,
            **_flag(row.found),
            "box": row.found.box._asdict(),
            "probabilities": row.found.probabilities,
        }
    return {
        "file": str(row.image),
        "mask": str(row.mask),
        **_name_pictures(row),
        "class_fractions": row.class_fractions,
    }


def _to_class_object(row: ClassRow) -> dict[str, Any]:
    found = row.prediction
    picture = {} if row.picture is None else {"picture": row.picture}
    return {
        "file": row.image,
        "label": found.label,
        **_flag(found),
        **picture,
        "probabilities": found.probabilities,
    }


def _flag(found: Prediction | Localization) -> dict[str, bool]:
    """Whether the class is unknown, if the model has a threshold."""
    return {} if found.unknown is None else {"unknown": found.unknown}


def _describe_flag(found: Prediction | Localization) -> dict[str, str]:
    return {name: "yes" if value else "no" for name, value in _flag(found).items()}


def _name_pictures(row: MaskFiles) -> dict[str, str]:
    """The pictures that were written: the overlay, and the pixels' probabilities."""
    pictures = {"overlay": row.overlay, "confidence": row.confidence}
    return {name: str(path) for name, path in pictures.items() if path is not None}


def _to_columns(row: Row) -> dict[str, Any]:
    found = _to_object(row)
    values = {name: value for name, value in found.items() if isinstance(value, dict)}
    cells = {name: _to_cell(value) for name, value in found.items() if name not in values}
    return {**cells, **{f"{name}:{key}": v for name in values for key, v in values[name].items()}}


def _to_cell(value: str | bool) -> str:
    """Text as a table may contain it; true and false as JSON has them."""
    return json.dumps(value) if isinstance(value, bool) else guard_cell(value)


def _to_cells(row: Row) -> dict[str, str]:
    if isinstance(row, ClassRow):
        picture = {} if row.picture is None else {"picture": row.picture}
        return {"file": row.image, **_describe_prediction(row.prediction), **picture}
    if isinstance(row, BoxFile):
        sides = (f"{name} {side:.0f}" for name, side in row.found.box._asdict().items())
        return {
            "file": str(row.image),
            "overlay": str(row.overlay),
            "label": row.found.label,
            "probability": f"{row.found.probability:.3f}",
            **_describe_flag(row.found),
            "box, in pixels": ", ".join(sides),
        }
    return {
        "file": str(row.image),
        "mask": str(row.mask),
        **_name_pictures(row),
        "pixels": ", ".join(_describe_classes(row.class_fractions)),
    }


def _describe_prediction(found: Prediction) -> dict[str, str]:
    ranked = sorted(found.probabilities.items(), key=lambda item: -item[1])
    others = [f"{name} {value:.3f}" for name, value in ranked if name != found.label]
    probability = found.probabilities.get(found.label, ranked[0][1])
    return {
        "label": found.label,
        "probability": f"{probability:.3f}",
        **_describe_flag(found),
        "runners-up": ", ".join(others[:RUNNERS_UP]),
    }


def _describe_classes(fractions: Mapping[str, float]) -> Iterator[str]:
    """Each class and its share, with its number if the overlay's legend shows that instead."""
    for name, shown in zip(fractions, overlay.number_names(fractions), strict=True):
        number = "" if overlay.has_glyphs(name) else f" ({shown})"
        yield f"{name}{number} {fractions[name]:.1%}"
