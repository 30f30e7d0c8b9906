"""The files of an image that was answered in tiles, and the row that is printed about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from serving import formats
from serving.client import Prediction
from serving.prediction.answer_tables import ClassRow, Row
from serving.prediction.mask_files import MaskFiles
from serving.prediction.output_files import make_name, write_file
from serving.prediction.tiled import geotiff, png_file, strips
from serving.prediction.tiled.grid import Plan
from serving.prediction.tiled.records import Key, Record
from serving.prediction.tiled.strips import Job

DONE = ".tiles.json"  # What was answered, and about what.
TIFF, PNG = ".mask.tif", ".mask.png"


class Place(NamedTuple):
    """An image, and where its files go."""

    name: str  # As printed.
    path: Path
    folder: Path

    @property
    def mask(self) -> Path:
        """A TIFF for a TIFF, else a PNG."""
        with self.path.open("rb") as file:
            kind = formats.detect(file.read(formats.HEAD))
        return self.folder / make_name(self.path, TIFF if kind == "TIFF" else PNG)

    @property
    def done(self) -> Path:
        """The file that says what was answered."""
        return self.folder / make_name(self.path, DONE)


def write(place: Place, work: Path, record: Record, job: Job) -> Row:
    """Writes the mask, if it is one, and what was answered. Raises OSError."""
    values = strips.pool(job.plan, [strip.values for strip in record.strips])
    positions = sum(strip.positions for strip in record.strips)
    averages = values if job.plan.pooling == "max" else values / positions
    if not job.plan.pooling:
        _write_mask(place, work / "mask", record, job)
    answer = {"averages": averages.tolist(), "mask": _identify(place, job.plan)}
    write_file(place.done, json.dumps({"key": record.key, **answer}).encode())
    return _make_row(place, averages, job.plan)


def find_done(place: Place, key: Key, plan: Plan) -> Row | None:
    """What an earlier run answered about the same; None if it did not, or its mask is gone."""
    try:
        found = json.loads(place.done.read_bytes())
        if found["key"] != json.loads(json.dumps(key)) or found["mask"] != _identify(place, plan):
            return None
        return _make_row(place, np.array(found["averages"]), plan)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_mask(place: Place, partial: Path, record: Record, job: Job) -> None:
    if place.mask.suffix == ".tif":
        geotiff.write(partial, place.path, record.read_rows())
    else:
        png_file.write(partial, job.source.size, record.read_rows())
    partial.replace(place.mask)


def _identify(place: Place, plan: Plan) -> list[int]:
    """Size and time of the mask's file; empty for a classifier."""
    if plan.pooling:
        return []
    status = place.mask.stat()
    return [status.st_size, status.st_mtime_ns]


def _make_row(place: Place, averages: Any, plan: Plan) -> Row:
    if not plan.pooling:
        shares = dict(zip(plan.labels, map(_shorten, averages), strict=True))
        return MaskFiles(place.path, place.mask, None, shares)
    powers = np.exp(averages - averages.max())
    probabilities = dict(zip(plan.labels, map(_shorten, powers / powers.sum()), strict=True))
    label = plan.labels[int(averages.argmax())]
    greatest = max(probabilities.values())
    unknown = greatest < plan.unknown_below if plan.unknown_below else None
    return ClassRow(place.name, Prediction(label, probabilities, unknown))


def _shorten(value: float) -> float:
    """The digits of float32, as the usual answers have them."""
    return float(str(np.float32(value)))
