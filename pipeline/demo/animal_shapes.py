"""Cats and dogs as polygons, in a frame of 0..1: the same shapes make the picture and its mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

Point = tuple[float, float]
Outline = list[Point]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Breed:
    """What animals of a breed have in common."""

    name: str
    species: str  # "cat" or "dog"
    colours: tuple[Colour, ...]  # Coats.
    pattern: str  # "plain", "stripes" or "patches"
    snout: float  # How long, of the head's radius.


BREEDS = (
    Breed("Tabby", "cat", ((150, 110, 70), (120, 100, 85)), "stripes", 0.25),
    Breed("Snow", "cat", ((232, 228, 220), (205, 200, 195)), "plain", 0.2),
    Breed("Tuxedo", "cat", ((45, 45, 50), (70, 65, 65)), "patches", 0.22),
    Breed("spaniel", "dog", ((140, 80, 40), (170, 110, 60)), "patches", 0.6),
    Breed("shepherd", "dog", ((95, 75, 50), (60, 50, 45)), "plain", 0.75),
    Breed("dalmatian", "dog", ((225, 222, 215), (240, 238, 230)), "patches", 0.65),
)


@dataclass(frozen=True)
class Animal:
    """Outlines of one animal that looks to the left."""

    parts: tuple[Outline, ...]  # Of the coat's colour, in the order in which they are drawn.
    eyes: tuple[Outline, ...]
    nose: Outline
    head: tuple[float, float, float, float]  # Box: left, top, right, bottom.


def animal(breed: Breed, random: Random) -> Animal:
    """One of the breed, standing: a body, legs, a tail, a head with ears."""
    centre = (random.uniform(0.26, 0.32), random.uniform(0.28, 0.36))
    radius = random.uniform(0.13, 0.17)
    length, depth = random.uniform(0.25, 0.3), random.uniform(0.13, 0.17)
    body = ellipse((0.56, 0.55), length, depth)
    parts = [*legs(random), tail(breed, random), body, neck(centre, radius)]
    parts += [*ears(breed, centre, radius), ellipse(centre, radius, radius * 0.92)]
    parts.append(ellipse(muzzle(breed, centre, radius), radius * 0.45, radius * 0.36))
    x, y = muzzle(breed, centre, radius)
    nose = ellipse((x - radius * 0.3, y - radius * 0.1), radius * 0.14, radius * 0.11)
    head = (x - radius * 0.5, centre[1] - radius * 1.5, centre[0] + radius, centre[1] + radius)
    return Animal(tuple(parts), eyes(centre, radius), nose, head)


def ellipse(centre: Point, across: float, down: float) -> Outline:
    """Half as wide as `across`, half as high as `down`."""
    angles = [2 * math.pi * n / 28 for n in range(28)]
    return [(centre[0] + across * math.cos(a), centre[1] + down * math.sin(a)) for a in angles]


def legs(random: Random) -> list[Outline]:
    """Four, each with a stride of its own."""
    found = []
    for x in (0.38, 0.46, 0.68, 0.76):
        step, width = random.uniform(-0.04, 0.04), random.uniform(0.024, 0.034)
        found.append(
            [(x - width, 0.55), (x + width, 0.55), (x + step + width, 0.9), (x + step - width, 0.9)]
        )
    return found


def tail(breed: Breed, random: Random) -> Outline:
    """Long and bent for cats, short and raised for dogs."""
    rise = random.uniform(0.15, 0.35)
    tip = (0.96, 0.5 - rise) if breed.species == "cat" else (0.93, 0.42 - rise / 2)
    bend = (0.94, 0.52) if breed.species == "cat" else (0.86, 0.42)
    return [(0.78, 0.48), bend, tip, (tip[0] + 0.03, tip[1] + 0.02), (0.97, 0.56), (0.78, 0.56)]


def neck(centre: Point, radius: float) -> Outline:
    """From the head to the body."""
    x, y = centre
    return [(x - radius * 0.4, y + radius * 0.3), (x + radius * 0.8, y - radius * 0.2),
            (0.5, 0.46), (0.4, 0.64)]  # fmt: skip


def ears(breed: Breed, centre: Point, radius: float) -> list[Outline]:
    """Upright triangles for cats, hanging ones for dogs."""
    x, y = centre
    if breed.species == "cat":
        return [
            [(x + side * radius * 0.9, y - radius * 0.3), (x + side * radius * 0.75,
             y - radius * 1.45), (x + side * radius * 0.15, y - radius * 0.8)]
            for side in (-1, 1)
        ]  # fmt: skip
    return [
        ellipse((x + side * radius * 0.95, y), radius * 0.28, radius * 0.75) for side in (-1, 1)
    ]


def muzzle(breed: Breed, centre: Point, radius: float) -> Point:
    """The middle of the snout."""
    return centre[0] - radius * breed.snout, centre[1] + radius * 0.35


def eyes(centre: Point, radius: float) -> tuple[Outline, ...]:
    """Two."""
    x, y = centre
    sides = (-0.5, 0.25)
    return tuple(ellipse((x + s * radius, y - radius * 0.2), radius * 0.13, radius * 0.13)
                 for s in sides)  # fmt: skip
