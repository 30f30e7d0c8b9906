"""Flowers to ingest: enough for some batches, and files that become rejects."""

from __future__ import annotations

from pathlib import Path

from pipeline.demo import drawn_flowers
from tests.fakes import image_files

PER_CLASS = 320
BAD_FILES = {
    "daisy/half.jpg": "truncated",
    "dandelion/notes.jpg": "not_an_image",
    "roses/tiny.jpg": "too_small",
    "sunflowers/nothing.jpg": "empty",
    "tulips/again.jpg": "duplicate",
    "tulips/also_a_rose.jpg": "conflicting_labels",
    "roses/also_a_tulip.jpg": "conflicting_labels",
}


def draw(folder: Path) -> Path:
    """Draws the flowers, with the files of BAD_FILES among them."""
    drawn_flowers.draw(folder, per_class=PER_CLASS)
    both = image_files.jpeg(7)
    return image_files.put(
        folder,
        {
            "daisy/half.jpg": (folder / "daisy/0000.jpg").read_bytes()[:3000],
            "dandelion/notes.jpg": b"no image at all",
            "roses/tiny.jpg": image_files.jpeg(8, height=8, width=8),
            "sunflowers/nothing.jpg": b"",
            "tulips/again.jpg": (folder / "tulips/0000.jpg").read_bytes(),
            "tulips/also_a_rose.jpg": both,
            "roses/also_a_tulip.jpg": both,
        },
    )
