"""A small synthetic data set: five classes of drawn flowers, in the folders of flower_photos."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from pipeline.demo.flower_heads import CANVAS, HEADS, Point, petal, shade

LONGER_SIDE = (150, 320)  # Pixels, of the images.
ASPECT = (1.0, 1.85)  # Longer side : shorter side.
GREENS = ((38, 92, 40), (70, 120, 48), (96, 142, 70), (52, 104, 72))
GROUNDS = (  # Colours above and below.
    ((150, 190, 230), (90, 140, 70)),  # Meadow under the sky.
    ((60, 100, 50), (40, 70, 35)),  # Leaves.
    ((30, 40, 34), (16, 22, 18)),  # Shade.
    ((205, 196, 180), (170, 150, 124)),  # Wall and table.
    ((120, 150, 84), (134, 120, 84)),  # Dry grass.
    ((150, 150, 160), (120, 118, 122)),  # Stone.
)


class Stalk(NamedTuple):
    """How a class stands; lengths in parts of its head's size."""

    thickness: float
    leaf_length: float
    leaf_breadth: float
    leaf_rise: float  # Upwards for each step aside.


STALKS = {
    "daisy": Stalk(0.028, 0.0, 0.0, 0.0),  # Its leaves lie on the ground.
    "dandelion": Stalk(0.028, 0.0, 0.0, 0.0),
    "roses": Stalk(0.045, 0.34, 0.11, 0.25),
    "sunflowers": Stalk(0.06, 0.36, 0.15, 0.1),
    "tulips": Stalk(0.05, 0.62, 0.07, 1.2),
}


def draw(folder: Path, *, per_class: int = 60, seed: int = 0) -> Path:
    """Draws `per_class` JPEG files for each class into `folder`, unless it is there; returns it.

    The same seed gives the same bytes.
    """
    if folder.is_dir() and any(folder.iterdir()):  # It gets its name only when it is complete.
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        whole = Path(temporary, folder.name)
        for label in HEADS:
            whole.joinpath(label).mkdir(parents=True)
            for index in range(per_class):
                image = picture(label, Random(f"{seed}/{label}/{index}"))
                image.save(whole / label / f"{index:04}.jpg", quality=88)
        whole.replace(folder)
    return folder


def picture(label: str, random: Random) -> Image.Image:
    """One to four flowers of a class before some ground, upright or across: RGB."""
    image = ground(sides(random), random)
    grass(image, random)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        plant(image, label, random)
    return photographed(image, random)


def sides(random: Random) -> tuple[int, int]:
    """A width and a height."""
    longer = random.randint(*LONGER_SIDE)
    shorter = round(longer / random.uniform(*ASPECT))
    return (longer, shorter) if random.random() < 0.5 else (shorter, longer)


def ground(size: tuple[int, int], random: Random) -> Image.Image:
    """Soft blots between the colour above and the colour below, as if out of focus."""
    above, below = (np.array(color, float) for color in random.choice(GROUNDS))
    rows, columns = random.randint(4, 9), random.randint(4, 9)
    height = np.linspace(0, 1, rows)[:, None, None]
    blots = np.array([[[random.gauss(0, 22)] for _ in range(columns)] for _ in range(rows)])
    coarse = above * (1 - height) + below * height + blots
    return Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )


def grass(image: Image.Image, random: Random) -> None:
    """A few blades and distant leaves, which belong to no class."""
    pen, (width, height) = ImageDraw.Draw(image), image.size
    for _ in range(random.choice((0, 0, 8, 20, 40))):
        x, top = random.uniform(0, width), random.uniform(0.35, 0.95) * height
        lean = random.gauss(0, 0.06) * width
        blade = [(x - 2, height), (x + lean, top), (x + 2, height)]
        pen.polygon(blade, fill=shade(random.choice(GREENS), random.uniform(0.6, 1.2)))
    image.paste(image.filter(ImageFilter.GaussianBlur(random.uniform(0, 2.5))))


def plant(image: Image.Image, label: str, random: Random) -> None:
    """One flower on its stem: somewhere, at some size, tilted and seen at some angle."""
    width, height = image.size
    size = random.uniform(0.5, 1.0) * min(width, height)
    x = random.uniform(0.25, 0.75) * width
    y = random.uniform(0.25, 0.7) * height
    head, from_above = HEADS[label](random)
    if from_above:
        head = foreshortened(head, random.uniform(0.55, 1.0))
        head = head.rotate(random.uniform(-45, 45), Image.Resampling.BICUBIC)
    else:
        head = head.rotate(random.gauss(0, 14), Image.Resampling.BICUBIC)
    stem(image, (x, y), size, label, random)
    head = head.resize((round(size), round(size)), Image.Resampling.LANCZOS)
    image.paste(head, (round(x - size / 2), round(y - size / 2)), head)


def foreshortened(head: Image.Image, factor: float) -> Image.Image:
    """The head as if it leant back: its height times the factor."""
    flat = Image.new("RGBA", head.size)
    height = round(CANVAS * factor)
    flat.paste(head.resize((CANVAS, height), Image.Resampling.BICUBIC), (0, (CANVAS - height) // 2))
    return flat


def stem(image: Image.Image, top: Point, size: float, label: str, random: Random) -> None:
    """A bent stem from the bottom edge up to `top`, with the class's kind of leaves."""
    pen, height, (x, y) = ImageDraw.Draw(image), image.height, top
    green = shade(random.choice(GREENS), random.uniform(0.8, 1.2))
    foot = x + random.gauss(0, 0.12) * size
    points = [(x + (foot - x) * t * t, y + (height - y) * t) for t in np.linspace(0, 1, 12)]
    thickness = max(1, round(STALKS[label].thickness * size))
    pen.line(points, fill=green, width=thickness, joint="curve")
    for side in (-1, 1):
        at = random.uniform(0.3, 0.8)
        base = (x + (foot - x) * at * at, y + (height - y) * at)
        color = shade(green, random.uniform(0.75, 1.15))
        pen.polygon(leaf(base, side, size, STALKS[label]), fill=color)


def leaf(base: Point, side: int, size: float, stalk: Stalk) -> list[Point]:
    """The outline of a leaf to the left (`side` -1) or to the right (1)."""
    angle = math.atan2(-stalk.leaf_rise, side)
    return petal(base, angle, stalk.leaf_length * size, stalk.leaf_breadth * size)


def photographed(image: Image.Image, random: Random) -> Image.Image:
    """Light, colour and noise of a snapshot."""
    image = ImageEnhance.Brightness(image).enhance(random.uniform(0.8, 1.2))
    image = ImageEnhance.Color(image).enhance(random.uniform(0.75, 1.25))
    image = ImageEnhance.Contrast(image).enhance(random.uniform(0.8, 1.2))
    noise = np.random.default_rng(random.getrandbits(32)).normal(
        0, random.uniform(2, 12), (image.height, image.width, 1)
    )
    pixels = np.asarray(image, float) + noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
