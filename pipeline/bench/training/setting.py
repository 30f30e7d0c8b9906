"""What and how `make bench-train` measures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Photographs:
    """The same images for the tutorial's training and for ours."""

    folder: Path  # Folders of classes.
    records: tuple[str, ...]  # Patterns of the record files that ingestion made of them.
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """How to measure."""

    photographs: Photographs
    seconds: float  # Of each measurement, at least.
    precision: str  # See trainer/precision.py.
