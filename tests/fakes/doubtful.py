"""Examples of which one has a wrong label, or a wrong mask: small images with digests and looks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tfx.types import standard_artifacts

from tests.fakes import tiny
from tests.fakes.tiny_runs import artifact
from trainer.data import records

PLACES = {"train": range(24), "val": range(24, 32), "test": range(32, 40)}
WRONG = 7  # The image whose label or mask is wrong; it is in the split `train`.
TWIN = 11  # It looks like TWIN_OF.
TWIN_OF = 9


def colour(number: int) -> str:
    """What the image shows."""
    return tiny.LABELS[number % 2]


def draw(number: int) -> np.ndarray:
    """Blocks in the colour of the image's class: no two images look alike, but for TWIN."""
    seed = TWIN_OF if number == TWIN else number
    random = np.random.default_rng(seed)
    blocks = random.normal(tiny.COLOURS[colour(number)], 30, (4, 4, 3))
    return np.clip(blocks.repeat(6, 0).repeat(7, 1), 0, 255).astype(np.uint8)


def digest(number: int) -> str:
    """Spread over all prefixes, as digests are."""
    return f"{(number + 1) * 0x9E3779B97F4A7C15 % 2**64:016x}".ljust(64, "0")


def name(image: np.ndarray, number: int) -> dict[str, object]:
    """The fields that all records have."""
    return {
        records.ENCODED: tiny.png(image),
        records.HEIGHT: image.shape[0],
        records.WIDTH: image.shape[1],
        records.FILENAME: f"{number}.png",
        records.SHA256: digest(number),
    }


def labelled(number: int) -> bytes:
    """A record with a label: WRONG has that of the other class."""
    given = colour(number + (number == WRONG))
    fields = name(draw(number), number) | {records.LABEL_TEXT: given}
    return records.to_example(fields).SerializeToString()


def masked(number: int) -> bytes:
    """A record with a mask of colours: that of WRONG misses the whole object."""
    mask = tiny.drawn_mask(number)
    noise = np.random.default_rng(number).normal(0, 12, (*mask.shape, 3))
    image = np.clip(tiny.PALETTE[mask] + noise, 0, 255).astype(np.uint8)
    given = np.zeros_like(mask) if number == WRONG else mask
    fields = name(image, number) | {records.MASK: tiny.png(given)}
    return records.to_example(fields).SerializeToString()


def examples(folder: Path, make=labelled) -> standard_artifacts.Examples:
    """The artifact that ingestion would leave."""
    made = artifact(standard_artifacts.Examples, folder)
    for split, numbers in PLACES.items():
        tiny.write(Path(made.uri, f"Split-{split}", "data"), [make(number) for number in numbers])
    return made
