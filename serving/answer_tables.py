"""What `fcn predict` prints: a table for people, JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from serving.client.answers import Prediction
from serving.mask_files import MaskFiles

RUNNERS_UP = 2


def show_classes(images: list[Path], predictions: list[Prediction], *, as_json: bool) -> None:
    """Prints each image's label and its probability."""
    if as_json:
        typer.echo(_to_json(images, predictions))
    else:
        Console().print(_to_table(images, predictions))


def show_masks(written: list[MaskFiles], *, as_json: bool) -> None:
    """Prints the files of each image's mask, and each class's share of the pixels."""
    if as_json:
        typer.echo(json.dumps([_to_row(files) for files in written], indent=2))
        return
    table = Table("file", "mask", "overlay", "pixels")
    for files in written:
        parts = ", ".join(f"{name} {part:.1%}" for name, part in files.class_fractions.items())
        cells = (str(files.image), str(files.mask), str(files.overlay), parts)
        table.add_row(*map(Text, cells))  # As text: [red] in a name is not markup.
    Console().print(table)


def _to_row(files: MaskFiles) -> dict:
    return {
        "file": str(files.image),
        "mask": str(files.mask),
        "overlay": str(files.overlay),
        "class_fractions": files.class_fractions,
    }


def _to_json(images: list[Path], predictions: list[Prediction]) -> str:
    rows = [
        {"file": str(path), "label": found.label, "probabilities": found.probabilities}
        for path, found in zip(images, predictions, strict=True)
    ]
    return json.dumps(rows, indent=2)


def _to_table(images: list[Path], predictions: list[Prediction]) -> Table:
    table = Table("file", "label", "probability", "runners-up")
    for path, found in zip(images, predictions, strict=True):
        ranked = sorted(found.probabilities.items(), key=lambda item: -item[1])
        others = [f"{name} {value:.3f}" for name, value in ranked if name != found.label]
        probability = found.probabilities.get(found.label, ranked[0][1])
        cells = (str(path), found.label, f"{probability:.3f}", ", ".join(others[:RUNNERS_UP]))
        table.add_row(*map(Text, cells))  # As text: [red] in a name is not markup.
    return table
