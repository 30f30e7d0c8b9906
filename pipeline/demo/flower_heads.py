"""Flower heads, drawn: a daisy, a dandelion, a rose, a sunflower, a tulip; no two alike.

Shape tells them apart, since colours are shared: a yellow head may be any but a daisy, a white one
any but a sunflower.
"""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageDraw

from pipeline.demo.scenery import Color, Point, find_box, shade

CANVAS = 256  # Pixels: the width and height of a head.
MIDDLE = CANVAS / 2
ROSES = ((196, 24, 44), (232, 120, 150), (246, 232, 226), (246, 206, 96), (240, 150, 96))
TULIPS = ((210, 30, 50), (240, 130, 170), (248, 206, 40), (120, 50, 140), (246, 240, 236))


def draw_head(label: str, random: Random) -> Image.Image:
    """A head of this class on a transparent canvas: RGBA."""
    head = Image.new("RGBA", (CANVAS, CANVAS))
    HEADS[label](ImageDraw.Draw(head, "RGBA"), random)
    return head


def draw_daisy(pen: ImageDraw.ImageDraw, random: Random) -> None:
    """Narrow white or pale petals with gaps, around a small yellow disc."""
    color = vary(random.choice(((250, 250, 246), (238, 200, 220))), random)
    draw_ring(pen, color, random, count=random.randint(12, 22), reach=118, breadth=11)
    draw_disc(pen, vary((240, 190, 40), random), random, radius=random.uniform(24, 36))


def draw_sunflower(pen: ImageDraw.ImageDraw, random: Random) -> None:
    """Two rings of pointed yellow petals around a large dark disc."""
    color = vary((248, 186, 20), random)
    for reach in (124, 106):
        draw_ring(pen, color, random, count=random.randint(17, 24), reach=reach, breadth=15)
    draw_disc(pen, vary((84, 52, 24), random), random, radius=random.uniform(48, 66))


def draw_dandelion(pen: ImageDraw.ImageDraw, random: Random) -> None:
    """A ragged yellow tuft of rays; or, three in ten, the white globe of seeds."""
    yellow = random.random() > 0.3
    color = vary((250, 208, 20) if yellow else (236, 236, 228), random)
    for _ in range(400 if yellow else 130):
        length = 122 * math.sqrt(random.uniform(0.05, 1))
        tip = find_point(random.uniform(0, math.tau), length)
        tone = shade(color, random.uniform(0.7, 1.06))
        pen.line([(MIDDLE, MIDDLE), tip], fill=tone, width=4 if yellow else 1)
        if not yellow:
            pen.ellipse(find_box(tip, 4), fill=(*tone, 200))
            pen.ellipse(find_box((MIDDLE, MIDDLE), 13), fill=(120, 90, 60))


def draw_rose(pen: ImageDraw.ImageDraw, random: Random) -> None:
    """Broad round petals, ring within ring, each overlapping the next."""
    color, start = vary(random.choice(ROSES), random), random.uniform(0, math.tau)
    for ring, reach in enumerate((78, 64, 50, 37, 25, 14)):
        count = max(3, 6 - ring // 2)
        for turn in range(count):
            middle = find_point(start + ring * 0.9 + math.tau * turn / count, reach * 0.62)
            tone = shade(color, 1.08 - 0.09 * ring + random.gauss(0, 0.03))
            box = find_box(middle, reach * 0.74)
            pen.ellipse(box, fill=tone, outline=shade(color, 0.55), width=2)
    pen.arc(find_box((MIDDLE, MIDDLE), 9), 20, 300, fill=shade(color, 0.4), width=3)


def draw_tulip(pen: ImageDraw.ImageDraw, random: Random) -> None:
    """A cup from the side: petals behind, at the sides and in front, with pointed tips."""
    color, opening = vary(random.choice(TULIPS), random), random.uniform(0.1, 0.42)
    for lean, light in ((-0.45, 0.72), (0.45, 0.72), (-1.0, 0.86), (1.0, 0.86), (0.0, 1.0)):
        angle, length = lean * opening - math.pi / 2, random.uniform(158, 176)
        petal = find_petal((MIDDLE, 214), angle, length, 40)
        pen.polygon(petal, fill=shade(color, light), outline=shade(color, 0.6))


HEADS = {
    "daisy": draw_daisy,
    "dandelion": draw_dandelion,
    "roses": draw_rose,
    "sunflowers": draw_sunflower,
    "tulips": draw_tulip,
}


def draw_ring(
    pen: ImageDraw.ImageDraw, color: Color, random: Random, *, count: int, reach: int, breadth: int
) -> None:
    """Petals from the canvas's middle outwards."""
    start = random.uniform(0, math.tau)
    for turn in range(count):
        angle = start + math.tau * turn / count + random.gauss(0, 0.05)
        petal = find_petal((MIDDLE, MIDDLE), angle, reach + random.gauss(0, 4), breadth)
        tone = shade(color, random.uniform(0.82, 1.03))
        pen.polygon(petal, fill=tone, outline=shade(color, 0.6))


def draw_disc(pen: ImageDraw.ImageDraw, color: Color, random: Random, *, radius: float) -> None:
    """A flower's middle: florets on a golden spiral, darker towards the rim."""
    pen.ellipse(find_box((MIDDLE, MIDDLE), radius), fill=shade(color, 0.8))
    for floret in range(160):
        out = math.sqrt(floret / 160)
        tone = shade(color, 1.25 - 0.5 * out + random.gauss(0, 0.1))
        pen.ellipse(find_box(find_point(floret * 2.39996, radius * out), radius / 14), fill=tone)


def find_petal(base: Point, angle: float, length: float, breadth: float) -> list[Point]:
    """The outline of a petal or leaf, broadest (2 x breadth) in its middle."""
    cos, sin = math.cos(angle), math.sin(angle)
    steps = [step / 10 for step in range(11)]
    half = [(t * length, breadth * math.sin(math.pi * t) ** 0.8) for t in steps]
    outline = half + [(along, -aside) for along, aside in reversed(half)]
    return [(base[0] + f * cos - a * sin, base[1] + f * sin + a * cos) for f, a in outline]


def find_point(angle: float, distance: float) -> Point:
    """The point at an angle and distance from the canvas's middle."""
    return MIDDLE + distance * math.cos(angle), MIDDLE + distance * math.sin(angle)


def vary(color: Color, random: Random) -> Color:
    """A colour close to this one."""
    return shade(tuple(round(channel + random.gauss(0, 12)) for channel in color), 1.0)
