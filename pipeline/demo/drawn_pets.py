"""Drawn cats and dogs with exact masks, in the layout of the Oxford-IIIT pets.

They stand in for photographs if there is no network: a synthetic set, so its figures say nothing
about real pets.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from pipeline import whole
from pipeline.demo import scenery
from pipeline.demo.animal_shapes import BREEDS, CANVAS, Breed, draw_animal

PET, BACKGROUND, BORDER = 1, 2, 3  # As in the published trimaps.
SPECIES = {"cat": 1, "dog": 2}
PAIRS = 240
XML = (
    "<annotation><object><name>{species}</name><bndbox><xmin>{0}</xmin><ymin>{1}</ymin>"
    "<xmax>{2}</xmax><ymax>{3}</ymax></bndbox></object></annotation>\n"
)


def draw(folder: Path, *, count: int = PAIRS, seed: str = "pets") -> Path:
    """Draws `count` images and masks into `folder`, unless it is filled; returns it."""
    if not whole.is_filled(folder):
        with whole.fill_folder(folder) as unfinished:
            for part in ("images", "annotations/trimaps", "annotations/xmls"):
                (unfinished / part).mkdir(parents=True)
            lines = [save(unfinished, number, seed) for number in range(count)]
            (unfinished / "annotations" / "list.txt").write_text("".join(lines), encoding="utf-8")
    return folder


def save(folder: Path, number: int, seed: str) -> str:
    """Writes an image, its mask, and a box for every second one; returns its line of the list."""
    kind = number % len(BREEDS)
    breed, name = BREEDS[kind], f"{BREEDS[kind].name}_{number // len(BREEDS) + 1}"
    image, trimap, box = draw_pair(breed, Random(f"{seed}/{name}"))
    image.save(folder / "images" / f"{name}.jpg", quality=88)
    trimap.save(folder / "annotations" / "trimaps" / f"{name}.png")
    if number % 2:
        xml = XML.format(*box, species=breed.species)
        (folder / "annotations" / "xmls" / f"{name}.xml").write_text(xml, encoding="utf-8")
    return f"{name} {kind + 1} {SPECIES[breed.species]} {kind + 1}\n"


def draw_pair(breed: Breed, random: Random) -> tuple[Image.Image, Image.Image, list[int]]:
    """A picture, its trimap, and the box of the head: left, top, right, bottom in pixels."""
    image = scenery.draw_background(random)
    animal, head = draw_animal(breed, random)
    if random.random() < 0.5:
        animal = ImageOps.mirror(animal)
        head = (CANVAS - head[2], head[1], CANVAS - head[0], head[3])
    side = round(random.uniform(0.75, 1.15) * min(image.size))
    left = round(random.uniform(-0.1, 0.1) * image.width + (image.width - side) / 2)
    top = round(random.uniform(-0.05, 0.15) * image.height + (image.height - side) / 2)
    animal = animal.resize((side, side), Image.Resampling.NEAREST)
    image.paste(animal, (left, top), animal)
    silhouette = Image.new("L", image.size)
    silhouette.paste(animal.getchannel("A"), (left, top))
    corners = zip(head, (left, top) * 2, image.size * 2, strict=True)
    box = [min(max(round(begin + part * side / CANVAS), 0), end) for part, begin, end in corners]
    return scenery.photograph(image, random), make_trimap(silhouette), box


def make_trimap(silhouette: Image.Image) -> Image.Image:
    """PET inside, BACKGROUND outside, and BORDER within two pixels of the outline."""
    inner = np.asarray(silhouette.filter(ImageFilter.MinFilter(5))) > 0
    outer = np.asarray(silhouette.filter(ImageFilter.MaxFilter(5))) > 0
    values = np.where(inner, PET, np.where(outer, BORDER, BACKGROUND))
    return Image.fromarray(values.astype(np.uint8))
