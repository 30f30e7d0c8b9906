"""The file that `fcn predict` writes about a box: the image with the box on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serving.client.answers import Localization
from serving.drawing import boxes
from serving.prediction.mask_files import OVERLAY
from serving.prediction.output_files import make_name, write_file


@dataclass(frozen=True)
class BoxFile:
    """The file of one image's answer."""

    image: Path
    overlay: Path
    found: Localization


def write(path: Path, encoded: bytes, found: Localization, folder: Path) -> BoxFile:
    """Writes the image with its box into the folder, under a name as for masks.

    Raises OSError if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / make_name(path, OVERLAY)
    write_file(picture, boxes.draw_overlay(encoded, found))
    return BoxFile(path, picture, found)
