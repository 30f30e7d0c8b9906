"""A small synthetic data set: five classes of drawn flowers, in the folders of flower_photos."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from pipeline import whole
from pipeline.demo import scenery
from pipeline.demo.flower_heads import HEADS, draw_head, find_petal
from pipeline.demo.scenery import Point, shade

FROM_SIDE = {"tulips"}  # All other heads are seen from above, at some angle.
LEAVES = {  # Length and breadth in parts of the head's size, and slope in radians.
    "roses": (0.34, 0.11, 0.25),
    "sunflowers": (0.36, 0.15, 0.1),
    "tulips": (0.62, 0.07, 0.9),
}


def draw(folder: Path, *, per_class: int = 60, seed: int = 0) -> Path:
    """Draws `per_class` JPEG files of each class into `folder`, unless it is filled; returns it.

    The same seed gives the same bytes.
    """
    if not whole.is_filled(folder):
        with whole.fill_folder(folder) as unfinished:
            for label in HEADS:
                (unfinished / label).mkdir()
                for index in range(per_class):
                    image = draw_picture(label, Random(f"{seed}/{label}/{index}"))
                    image.save(unfinished / label / f"{index:04}.jpg", quality=88)
    return folder


def draw_picture(label: str, random: Random) -> Image.Image:
    """One to four flowers of a class: RGB."""
    image = scenery.draw_background(random)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        draw_flower(image, label, random)
    return scenery.photograph(image, random)


def draw_flower(image: Image.Image, label: str, random: Random) -> None:
    """Draws a flower on its stem, at any size, tilted and seen at some angle."""
    size = round(random.uniform(0.5, 1.0) * min(image.size))
    x = random.uniform(0.25, 0.75) * image.width
    y = random.uniform(0.25, 0.7) * image.height
    draw_stem(image, label, (x, y), size, random)
    squash, tilt = random.uniform(0.55, 1.0), random.uniform(-45, 45)
    if label in FROM_SIDE:
        squash, tilt = 1.0, random.gauss(0, 14)
    shape = (size, round(size * squash))
    head = draw_head(label, random).resize(shape, Image.Resampling.LANCZOS)
    head = head.rotate(tilt, Image.Resampling.BICUBIC, expand=True)
    image.paste(head, (round(x - head.width / 2), round(y - head.height / 2)), head)


def draw_stem(image: Image.Image, label: str, top: Point, size: int, random: Random) -> None:
    """Draws a bent stem from the bottom edge up to `top`, with the class's leaves."""
    pen, (x, y) = ImageDraw.Draw(image), top
    green = shade(random.choice(scenery.GREENS), random.uniform(0.8, 1.2))
    bend = random.gauss(0, 0.12) * size
    points = [(x + bend * t * t, y + (image.height - y) * t) for t in np.linspace(0, 1, 11)]
    pen.line(points, fill=green, width=max(1, size // 22), joint="curve")
    length, breadth, slope = LEAVES.get(label, (0, 0, 0))
    for angle in (-slope, np.pi + slope):
        leaf = find_petal(points[random.randint(3, 8)], angle, length * size, breadth * size)
        pen.polygon(leaf, fill=shade(green, random.uniform(0.75, 1.15)))
