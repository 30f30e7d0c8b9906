"""Cats and dogs, drawn on a square canvas: the same shapes make the picture and its mask."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from pipeline.demo.scenery import Box, Color, Point, find_box, shade

CANVAS = 300  # Pixels: the width and height of an animal.
SNOUTS = {"cat": 0.2, "dog": 0.65}  # How far they stand out, in parts of the head's radius.


@dataclass(frozen=True)
class Breed:
    """What animals of a breed have in common."""

    name: str
    species: str  # "cat" or "dog"
    coats: tuple[Color, ...]
    pattern: str  # "plain", "stripes" or "patches"


BREEDS = (
    Breed("Tabby", "cat", ((150, 110, 70), (120, 100, 85)), "stripes"),
    Breed("Snow", "cat", ((232, 228, 220), (205, 200, 195)), "plain"),
    Breed("Tuxedo", "cat", ((45, 45, 50), (70, 65, 65)), "patches"),
    Breed("spaniel", "dog", ((140, 80, 40), (170, 110, 60)), "patches"),
    Breed("shepherd", "dog", ((95, 75, 50), (60, 50, 45)), "plain"),
    Breed("dalmatian", "dog", ((225, 222, 215), (240, 238, 230)), "patches"),
)


def draw_animal(breed: Breed, random: Random) -> tuple[Image.Image, Box]:
    """An animal that looks to the left, RGBA with a transparent ground, and its head's box."""
    x, y = random.uniform(78, 96), random.uniform(84, 108)  # The head's middle.
    radius = random.uniform(39, 51)
    silhouette = Image.new("L", (CANVAS, CANVAS))
    pen = ImageDraw.Draw(silhouette)
    draw_body(pen, breed, random)
    pen.polygon([(x - 0.4 * radius, y), (x + 0.8 * radius, y), (150, 138), (120, 192)], fill=255)
    draw_head(pen, breed, (x, y), radius)
    animal = draw_coat(breed, silhouette, random)
    pen = ImageDraw.Draw(animal)
    for eye in (x - 0.5 * radius, x + 0.25 * radius):
        pen.ellipse(find_box((eye, y - 0.2 * radius), 0.13 * radius), fill=(60, 90, 40))
    nose = (x - (SNOUTS[breed.species] + 0.3) * radius, y + 0.25 * radius)
    pen.ellipse(find_box(nose, 0.13 * radius), fill=(30, 20, 20))
    animal.putalpha(silhouette)
    return animal, (x - radius, y - 1.4 * radius, x + radius, y + radius)


def draw_body(pen: ImageDraw.ImageDraw, breed: Breed, random: Random) -> None:
    """A body, four legs, and a tail: long for cats, short for dogs."""
    length, depth = random.uniform(75, 90), random.uniform(39, 51)
    pen.ellipse((168 - length, 165 - depth, 168 + length, 165 + depth), fill=255)
    for x in (114, 138, 204, 228):
        foot = x + random.uniform(-12, 12)
        pen.line([(x, 165), (foot, 270)], fill=255, width=random.randint(15, 21))
    tip = random.uniform(45, 105) if breed.species == "cat" else random.uniform(75, 105)
    pen.polygon([(234, 144), (282, tip), (291, tip + 6), (291, 168), (234, 168)], fill=255)


def draw_head(pen: ImageDraw.ImageDraw, breed: Breed, middle: Point, radius: float) -> None:
    """A head with its muzzle and ears: upright triangles for cats, hanging ellipses for dogs."""
    x, y = middle
    pen.ellipse(find_box(middle, radius), fill=255)
    muzzle = (x - SNOUTS[breed.species] * radius, y + 0.35 * radius)
    pen.ellipse(find_box(muzzle, 0.4 * radius), fill=255)
    for ear in (x - 0.8 * radius, x + 0.8 * radius):
        if breed.species == "cat":
            tip = (ear, y - 1.4 * radius)
            pen.polygon([(ear, y), tip, (x, y - 0.8 * radius)], fill=255)
        else:
            pen.ellipse((ear - 12, y - 0.7 * radius, ear + 12, y + 0.7 * radius), fill=255)


def draw_coat(breed: Breed, silhouette: Image.Image, random: Random) -> Image.Image:
    """Fur of the breed's colour and pattern, darker towards the outline: RGB."""
    color = random.choice(breed.coats)
    fur = Image.new("RGB", silhouette.size, color)
    pen, dark = ImageDraw.Draw(fur), shade(color, 0.55)
    for left in range(0, CANVAS, 20) if breed.pattern == "stripes" else ():
        pen.line([(left, 0), (left + random.uniform(-12, 12), CANVAS)], fill=dark, width=4)
    for _ in range(20 if breed.pattern == "patches" else 0):
        spot = (random.uniform(0, CANVAS), random.uniform(0, CANVAS))
        pen.ellipse(find_box(spot, random.uniform(5, 13)), fill=dark)
    light = silhouette.filter(ImageFilter.GaussianBlur(15))
    return ImageChops.multiply(fur, Image.merge("RGB", [light] * 3))
