"""The file that `fcn predict --output` writes of a class: the image, with its label below."""

from __future__ import annotations

from pathlib import Path

from serving.client.answers import Prediction
from serving.drawing import labels
from serving.prediction.output_files import make_name, write_file

LABEL = ".label.png"


def write(path: Path, encoded: bytes, answer: Prediction, folder: Path) -> Path:
    """Writes the picture of one image into the folder.

    Raises UnreadableImageError, or OSError if the folder cannot be written.
    """
    picture = labels.draw_label(encoded, answer.label, answer.probabilities)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / make_name(path, LABEL)
    write_file(file, picture)
    return file
