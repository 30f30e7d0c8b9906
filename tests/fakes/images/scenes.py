"""Scenes that look different, and the same scene a moment later: what a burst of a camera gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.fakes.image_files import file_of, put

SMOOTH = Image.Resampling.BICUBIC
MARGIN = 2  # Pixels by which the camera moves.


def draw(seed: int, *, height: int = 240, width: int = 320) -> np.ndarray:
    """A scene [height, width, 3] uint8: as in photographs, large shapes differ most."""
    random = np.random.default_rng(seed)
    scene = np.full((height, width, 3), 128.0)
    for cells in (3, 6, 12, 24):
        shapes = Image.fromarray(random.integers(0, 256, (cells, cells, 3), np.uint8))
        scene += (np.asarray(shapes.resize((width, height), SMOOTH)) - 128.0) * 2 / cells
    return np.clip(scene, 0, 255).astype(np.uint8)


def burst(seed: int) -> tuple[bytes, bytes]:
    """A scene, and the same moved by two pixels, 3 % brighter and saved at another quality."""
    return burst_of(draw(seed))


def burst_of(scene: np.ndarray) -> tuple[bytes, bytes]:
    first, later = scene[:-MARGIN, :-MARGIN], scene[MARGIN:, MARGIN:]
    brighter = np.clip(later * 1.03, 0, 255).astype(np.uint8)
    return (
        file_of(Image.fromarray(first), "JPEG", quality=95),
        file_of(Image.fromarray(brighter), "JPEG", quality=80),
    )


def bursts(folder: Path, count: int, *, classes: tuple[str, ...] = ("a", "b")) -> Path:
    """Two images of each of `count` scenes, in class folders."""
    for seed in range(count):
        first, later = burst(seed)
        stem = f"{classes[seed % len(classes)]}/{seed}"
        put(folder, {f"{stem}-1.jpg": first, f"{stem}-2.jpg": later})
    return folder
