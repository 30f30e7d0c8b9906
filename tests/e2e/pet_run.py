"""Small runs on images and masks: on photographs where they are at hand, else on drawings."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.demo import drawn_pets
from tests.e2e import command
from tests.fakes.shared_files import PETS

PAIRS = 40
TINY = (
    "model.widths=[8, 8]",
    "model.sides=[32, 48]",
    "train.epochs=2",
    "train.warmup_epochs=1",
    "train.batch_size=8",
    "data.max_side=48",
    "augment.side=32",
    "augment.grid=16",
    "data.split_ratios=[2, 1, 1]",
    "data.max_reject_fraction=0.5",
    "data.max_share_change=1.0",
    'gate=[{"metric": "mean_iou", "at_least": 0.0}]',
)
# One pair for each reason that a pair can be a reject for beside those of images.
BAD_PAIRS = {
    "images/no_mask_1.jpg": "mask_missing",
    "images/broken_mask_1.jpg": "mask_unreadable",
    "images/small_mask_1.jpg": "mask_size_differs",
    "images/odd_mask_1.jpg": "mask_value_out_of_range",
}
# Height and width, and the least and greatest value of the mask.
CORNER_CASES = {
    "Narrow_1": (40, 1, 1, 3),
    "Strip_1": (20, 3000, 1, 3),
    "Ground_1": (50, 60, 2, 2),
}


def pets(folder: Path) -> Path:
    """Some pairs in the official layout, of their own sizes."""
    if not PETS.is_dir():
        return drawn_pets.draw(folder, count=PAIRS)
    annotations = PETS / "annotations"
    for name in ("images", "annotations/trimaps", "annotations/xmls"):
        (folder / name).mkdir(parents=True)
    lines = (annotations / "list.txt").read_text().splitlines()
    lines = [line for line in lines if not line.startswith("#")]
    chosen = lines[:: len(lines) // PAIRS][:PAIRS]
    (folder / "annotations" / "list.txt").write_text("\n".join(chosen) + "\n")
    for name in (line.split()[0] for line in chosen):
        shutil.copy(PETS / "images" / f"{name}.jpg", folder / "images")
        shutil.copy(annotations / "trimaps" / f"{name}.png", folder / "annotations" / "trimaps")
        if (annotations / "xmls" / f"{name}.xml").is_file():
            shutil.copy(annotations / "xmls" / f"{name}.xml", folder / "annotations" / "xmls")
    return folder


def add_corner_cases(folder: Path) -> None:
    """A pair 1 pixel wide, a long strip, and one of a single class: all in no list."""
    for seed, (name, (height, width, low, high)) in enumerate(CORNER_CASES.items()):
        put_pair(folder, name, noise(height, width, seed), values(height, width, low, high))


def add_bad_pairs(folder: Path) -> None:
    """Those of BAD_PAIRS."""
    for seed, path in enumerate(BAD_PAIRS, start=50):
        put_pair(folder, Path(path).stem, noise(60, 70, seed), values(60, 70, 1, 3))
    trimaps = folder / "annotations" / "trimaps"
    (trimaps / "no_mask_1.png").unlink()
    (trimaps / "broken_mask_1.png").write_bytes(b"no mask at all")
    Image.fromarray(values(30, 35, 1, 3)).save(trimaps / "small_mask_1.png")
    Image.fromarray(values(60, 70, 1, 9)).save(trimaps / "odd_mask_1.png")


def put_pair(folder: Path, name: str, image: np.ndarray, mask: np.ndarray) -> None:
    Image.fromarray(image).save(folder / "images" / f"{name}.jpg")
    Image.fromarray(mask).save(folder / "annotations" / "trimaps" / f"{name}.png")


def noise(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def values(height: int, width: int, low: int, high: int) -> np.ndarray:
    """A mask whose values rise from top to bottom."""
    rows = np.linspace(low, high, height).round().astype(np.uint8)
    return np.repeat(rows[:, None], width, axis=1)


def plain_pairs(folder: Path) -> Path:
    """White squares on noise, with black and white masks, in `images/` and `masks/`."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    for seed in range(24):
        height, width = np.random.default_rng(seed).integers(40, 70, 2)
        image, mask = noise(height, width, seed), np.zeros((height, width), np.uint8)
        image[10:30, 10:30], mask[10:30, 10:30] = 255, 255
        Image.fromarray(image).save(folder / "images" / f"{seed}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{seed}.png")
    return folder


def run(data: Path, home: Path, *overrides: str) -> command.Run:
    """`fcn run pets` with the tiny values, and these in their place."""
    return command.run("pets", data, home, (*TINY, *overrides))


def run_plain(data: Path, home: Path) -> command.Run:
    """`fcn run masks-scratch`, with a narrow FCN-8s in place of the U-Net."""
    model = ("model.name=fcn8s", "model.weights=none", "model.width=0.03")
    return command.run("masks-scratch", data, home, (*TINY[1:], *model))
