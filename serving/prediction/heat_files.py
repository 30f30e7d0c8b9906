"""The file that `fcn predict --heat` writes: the image, coloured by what speaks for a class."""

from __future__ import annotations

from pathlib import Path

from serving.client.heat import HeatMaps
from serving.drawing import heat
from serving.prediction.output_files import make_name, write_file

HEAT = ".heat.png"


def write(path: Path, encoded: bytes, found: HeatMaps, folder: Path, label: str = "") -> Path:
    """Writes the picture of one image for a class, by default the answered one.

    Raises ValueError for an unknown class, UnreadableImageError, or OSError if the folder cannot be
    written.
    """
    picture = heat.draw_overlay(encoded, found, label or found.label)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / make_name(path, HEAT)
    write_file(file, picture)
    return file
