"""Drawn cats and dogs with exact masks, in the layout of the Oxford-IIIT pets.

They stand in where there is no network: a synthetic set, from which nothing follows for pets.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from pipeline.demo.animal_shapes import BREEDS, Animal, Breed, Outline, animal
from pipeline.demo.drawn_flowers import grass, ground, photographed, sides

PET, BACKGROUND, BORDER = 1, 2, 3  # As in the published trimaps.
SPECIES = {"cat": 1, "dog": 2}
PAIRS = 240
XML = (
    "<annotation><object><name>{species}</name><bndbox><xmin>{0}</xmin><ymin>{1}</ymin>"
    "<xmax>{2}</xmax><ymax>{3}</ymax></bndbox></object></annotation>\n"
)


def draw(folder: Path, *, count: int = PAIRS, seed: str = "pets") -> Path:
    """Draws so many pairs into `folder`, unless it is there; returns it."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        whole = Path(scratch, folder.name)
        for part in ("images", "annotations/trimaps", "annotations/xmls"):
            (whole / part).mkdir(parents=True)
        lines = [save(whole, number, seed) for number in range(count)]
        (whole / "annotations" / "list.txt").write_text("".join(lines), encoding="utf-8")
        whole.replace(folder)
    return folder


def save(folder: Path, number: int, seed: str) -> str:
    """Writes one pair, and for every second a box; returns its line of the list."""
    kind = number % len(BREEDS)
    breed, name = BREEDS[kind], f"{BREEDS[kind].name}_{number // len(BREEDS) + 1}"
    image, trimap, box = pair(breed, Random(f"{seed}/{name}"))
    image.save(folder / "images" / f"{name}.jpg", quality=88)
    trimap.save(folder / "annotations" / "trimaps" / f"{name}.png")
    if number % 2:
        xml = XML.format(*box, species=breed.species)
        (folder / "annotations" / "xmls" / f"{name}.xml").write_text(xml, encoding="utf-8")
    return f"{name} {kind + 1} {SPECIES[breed.species]} {kind + 1}\n"


def pair(
    breed: Breed, random: Random
) -> tuple[Image.Image, Image.Image, tuple[int, int, int, int]]:
    """A picture, its trimap, and the box of the head: left, top, right, bottom."""
    image = ground(sides(random), random)
    grass(image, random)
    found, place = animal(breed, random), Place(image.size, random)
    silhouette = filled(found.parts, place, image.size)
    image.paste(coat(breed, silhouette, random), (0, 0), silhouette)
    pen = ImageDraw.Draw(image)
    for outline in found.eyes:
        pen.polygon(place.of(outline), fill=(60, 90, 40), outline=(10, 10, 10))
    pen.polygon(place.of(found.nose), fill=(30, 20, 20))
    return photographed(image, random), trimap(silhouette), place.box(found)


class Place:
    """Where an animal stands in a picture: how large, and which way it looks."""

    def __init__(self, size: tuple[int, int], random: Random) -> None:
        self._size = size
        self._side = random.uniform(0.75, 1.15) * min(size)
        self._left = random.uniform(-0.1, 0.1) * size[0] + (size[0] - self._side) / 2
        self._top = random.uniform(-0.05, 0.15) * size[1] + (size[1] - self._side) / 2
        self._mirrored = random.random() < 0.5

    def of(self, outline: Outline) -> Outline:
        """The outline in pixels."""
        return [
            (self._left + self._side * (1 - x if self._mirrored else x), self._top + self._side * y)
            for x, y in outline
        ]

    def box(self, found: Animal) -> tuple[int, int, int, int]:
        """The head's box in pixels, within the picture."""
        left, top, right, bottom = found.head
        (x0, y0), (x1, y1) = self.of([(left, top), (right, bottom)])
        width, height = self._size
        columns = sorted((min(max(x0, 0), width - 1), min(max(x1, 1), width)))
        rows = sorted((min(max(y0, 0), height - 1), min(max(y1, 1), height)))
        x, y = int(columns[0]), int(rows[0])
        return x, y, max(x + 1, int(columns[1])), max(y + 1, int(rows[1]))


def filled(parts: tuple[Outline, ...], place: Place, size: tuple[int, int]) -> Image.Image:
    """White where any of the parts is."""
    silhouette = Image.new("L", size, 0)
    pen = ImageDraw.Draw(silhouette)
    for outline in parts:
        pen.polygon(place.of(outline), fill=255)
    return silhouette


def coat(breed: Breed, silhouette: Image.Image, random: Random) -> Image.Image:
    """Fur of the breed's colour, with its pattern, darker towards the outline."""
    colour = random.choice(breed.colours)
    fur = Image.new("RGB", silhouette.size, colour)
    pen, (width, height) = ImageDraw.Draw(fur), silhouette.size
    dark = tuple(int(c * 0.55) for c in colour)
    if breed.pattern == "stripes":
        for left in range(0, width, max(5, width // 16)):
            pen.line([(left, 0), (left + random.uniform(-12, 12), height)], fill=dark, width=3)
    if breed.pattern == "patches":
        for _ in range(14):
            x, y = random.uniform(0, width), random.uniform(0, height)
            side = random.uniform(0.03, 0.08) * width
            pen.ellipse((x, y, x + side, y + side * 0.8), fill=dark)
    shade = silhouette.filter(ImageFilter.GaussianBlur(max(2, min(silhouette.size) / 20)))
    return ImageChops.multiply(fur, Image.merge("RGB", [shade] * 3))


def trimap(silhouette: Image.Image) -> Image.Image:
    """PET within, BACKGROUND without, and BORDER for two pixels on both sides of the outline."""
    inner = np.asarray(silhouette.filter(ImageFilter.MinFilter(5))) > 0
    outer = np.asarray(silhouette.filter(ImageFilter.MaxFilter(5))) > 0
    values = np.where(inner, PET, np.where(outer, BORDER, BACKGROUND))
    return Image.fromarray(values.astype(np.uint8))
