"""What `fcn predict` prints: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import typer

from serving import overlay
from serving.client.answers import Prediction
from serving.mask_files import MaskFiles
from serving.terminal import Table, console

RUNNERS_UP = 2


def show_classes(images: list[Path], predictions: list[Prediction], *, as_json: bool) -> None:
    """Prints each image's label and its probability."""
    if as_json:
        typer.echo(_to_json(images, predictions))
    else:
        console.print(_to_table(images, predictions))


def show_masks(written: list[MaskFiles], *, as_json: bool) -> None:
    """Prints the files of each image's mask, and each class's share of the pixels."""
    if as_json:
        typer.echo(json.dumps([_to_row(files) for files in written], indent=2))
        return
    table = Table("file", "mask", "overlay", "pixels")
    for files in written:
        parts = ", ".join(_describe_classes(files.class_fractions))
        cells = (str(files.image), str(files.mask), str(files.overlay), parts)
        table.add_row(*cells)
    console.print(table)


def _describe_classes(fractions: dict[str, float]) -> Iterator[str]:
    """Each class and its share, with its number if the overlay's legend shows that instead."""
    for name, shown in zip(fractions, overlay.number_names(fractions), strict=True):
        number = "" if overlay.has_glyphs(name) else f" ({shown})"
        yield f"{name}{number} {fractions[name]:.1%}"


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
        table.add_row(*cells)
    return table
