"""Small runs on flowers: on photographs where they are at hand, else on drawings."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.demo import drawn_flowers
from tests.e2e import command
from tests.fakes import image_files

PER_CLASS = 24
CLASSES = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
GOOD_ENOUGH = '{"metric": "accuracy", "at_least": 0.0}'
TINY = (
    "model.widths=[8, 8]",
    "train.epochs=2",
    "train.warmup_epochs=1",
    "train.batch_size=8",
    "data.max_side=48",
    "augment.side=48",
    "data.split_ratios=[2, 1, 1]",
    "data.max_reject_fraction=0.3",
    "data.max_share_change=0.5",
    f"gate=[{GOOD_ENOUGH}]",
)
# One file for each reason that a file alone can be a reject for.
BAD_FILES = {
    "daisy/damaged.png": "unreadable",
    "daisy/half.jpg": "truncated",
    "dandelion/notes.jpg": "not_an_image",
    "roses/tiny.jpg": "too_small",
    "roses/bomb.png": "too_many_pixels",
    "sunflowers/nothing.jpg": "empty",
    "tulips/again.jpg": "duplicate",
    "tulips/also_a_rose.jpg": "conflicting_labels",
    "roses/also_a_tulip.jpg": "conflicting_labels",
}


def flowers(folder: Path) -> Path:
    """Some flowers of each class, of their own sizes."""
    if not image_files.PHOTOGRAPHS.is_dir():
        return drawn_flowers.draw(folder, per_class=PER_CLASS)
    for name in CLASSES:
        photographs = sorted((image_files.PHOTOGRAPHS / name).iterdir())[:PER_CLASS]
        (folder / name).mkdir(parents=True)
        for path in photographs:
            shutil.copyfile(path, folder / name / path.name)
    return folder


def add_bad_files(folder: Path) -> None:
    """Puts the files of BAD_FILES among the good ones."""
    rose_and_tulip = image_files.jpeg(7)
    damaged = image_files.file_of(image_files.picture(5, height=90, width=90))
    image_files.put(
        folder,
        {
            "daisy/damaged.png": damaged[:60] + bytes(10) + damaged[70:],
            "daisy/half.jpg": image_files.jpeg(6, height=200, width=200)[:-2000],
            "dandelion/notes.jpg": b"buy more tulips\n" * 20,
            "roses/tiny.jpg": image_files.jpeg(8, height=9, width=9),
            "roses/bomb.png": image_files.png_header(60_000, 60_000),
            "sunflowers/nothing.jpg": b"",
            "tulips/again.jpg": next((folder / "tulips").iterdir()).read_bytes(),
            "tulips/also_a_rose.jpg": rose_and_tulip,
            "roses/also_a_tulip.jpg": rose_and_tulip,
        },
    )


def run(data: Path, home: Path, *overrides: str) -> command.Run:
    """`fcn run flowers` with the tiny values, and these in their place."""
    return command.run("flowers", data, home, (*TINY, *overrides))
