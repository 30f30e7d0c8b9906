"""Small IDX files: digits' images and labels, as MNIST has them."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np

SIDE = 20


def draw(count: int, seed: int = 0, side: int = SIDE) -> np.ndarray:
    """Grey noise [count, side, side + 1]."""
    return np.random.default_rng(seed).integers(0, 256, (count, side, side + 1), np.uint8)


def images_of(pixels: np.ndarray) -> bytes:
    return struct.pack(">4I", 0x803, *pixels.shape) + pixels.tobytes()


def labels_of(values: list[int]) -> bytes:
    return struct.pack(">2I", 0x801, len(values)) + bytes(values)


def write(folder: Path, count: int, *, stem: str = "train-", seed: int = 0, packed: bool = True):
    """Images with the labels 0, 1, 2 in turn; returns the pixels."""
    pixels, values = draw(count, seed), [n % 3 for n in range(count)]
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (
        (f"{stem}images-idx3-ubyte", images_of(pixels)),
        (f"{stem}labels-idx1-ubyte", labels_of(values)),
    ):
        (folder / (f"{name}.gz" if packed else name)).write_bytes(
            gzip.compress(data) if packed else data
        )
    return pixels
