"""Flower heads, drawn: a daisy, a dandelion, a rose, a sunflower, a tulip; no two alike.

Shape tells them apart, as colours are shared: a yellow one may be any but a daisy, a white one any
but a sunflower.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

Color = tuple[int, int, int]
Point = tuple[float, float]
Head = tuple[Image.Image, bool]  # RGBA, CANVAS pixels wide and high; whether seen from above.

CANVAS = 256
MIDDLE = CANVAS / 2


def daisy(random: Random) -> Head:
    """Narrow white or pale petals with gaps, around a small yellow disc."""
    head, pen = blank()
    color = near(random.choice(((250, 250, 246), (250, 250, 246), (238, 200, 220))), random)
    count = random.randint(12, 22)
    for turn in range(count):
        angle = math.tau * turn / count + random.gauss(0, 0.05)
        length = random.uniform(100, 122)
        outline = petal((MIDDLE, MIDDLE), angle, length, random.uniform(9, 13))
        pen.polygon(outline, fill=shade(color, random.uniform(0.86, 1.0)), outline=(150, 150, 150))
    disc(pen, random.uniform(24, 36), near((240, 190, 40), random), random)
    return head, True


def sunflower(random: Random) -> Head:
    """Two rings of pointed yellow petals around a large dark disc."""
    head, pen = blank()
    color = near((248, 186, 20), random)
    for ring, reach in enumerate((122, 106)):
        count = random.randint(17, 24)
        for turn in range(count):
            angle = math.tau * (turn + ring / 2) / count + random.gauss(0, 0.06)
            outline = petal((MIDDLE, MIDDLE), angle, reach + random.gauss(0, 4), 15)
            pen.polygon(outline, fill=shade(color, random.uniform(0.8, 1.05)), outline=(160, 96, 8))
    disc(pen, random.uniform(48, 66), near((84, 52, 24), random), random)
    return head, True


def dandelion(random: Random) -> Head:
    """A ragged yellow tuft of hundreds of rays; or, three in ten, the white clock of seeds."""
    if random.random() < 0.3:
        return clock(random), True
    head, pen = blank()
    color = near((250, 208, 20), random)
    for reach in (118, 96, 74, 50, 26):
        for _ in range(95):
            angle, length = random.uniform(0, math.tau), reach * random.uniform(0.82, 1.04)
            tone = shade(color, random.uniform(0.72, 1.06) - 0.1 * (reach < 60))
            pen.line([(MIDDLE, MIDDLE), polar(angle, length)], fill=tone, width=4)
    return head, True


def clock(random: Random) -> Image.Image:
    """A see-through globe: thin spokes from a small brown heart, each with a tiny star."""
    head, pen = blank()
    pale = near((236, 236, 228), random)
    pen.ellipse(around(MIDDLE, MIDDLE, 112), fill=(*pale, 70))
    for _ in range(150):
        angle, length = random.uniform(0, math.tau), 116 * math.sqrt(random.uniform(0.1, 1))
        x, y = polar(angle, length)
        pen.line([(MIDDLE, MIDDLE), (x, y)], fill=(*pale, 130), width=1)
        for ray in range(5):
            bend = angle + math.tau * ray / 5
            tip = (x + 9 * math.cos(bend), y + 9 * math.sin(bend))
            pen.line([(x, y), tip], fill=(*pale, 235), width=2)
    pen.ellipse(around(MIDDLE, MIDDLE, 13), fill=near((120, 90, 60), random))
    return head


def rose(random: Random) -> Head:
    """Broad round petals, ring within ring, each lapping over the one beside it."""
    head, pen = blank()
    colors = ((196, 24, 44), (232, 120, 150), (246, 232, 226), (246, 206, 96), (240, 150, 96))
    color, start = near(random.choice(colors), random), random.uniform(0, math.tau)
    for ring, reach in enumerate((78, 64, 50, 37, 25, 14)):
        count = max(3, 6 - ring // 2)
        for turn in range(count):
            x, y = polar(start + ring * 0.9 + math.tau * turn / count, reach * 0.62)
            tone = shade(color, 1.08 - 0.09 * ring + random.gauss(0, 0.03))
            pen.ellipse(around(x, y, reach * 0.74), fill=tone, outline=shade(color, 0.55), width=2)
    pen.arc(around(MIDDLE, MIDDLE, 9), 20, 300, fill=shade(color, 0.4), width=3)
    return head, True


def tulip(random: Random) -> Head:
    """A cup from the side: two petals behind, two beside, one before, with pointed tips."""
    head, pen = blank()
    colors = (
        (210, 30, 50),
        (240, 130, 170),
        (248, 206, 40),
        (120, 50, 140),
        (244, 120, 40),
        (246, 240, 236),
    )
    color, open_by = near(random.choice(colors), random), random.uniform(0.1, 0.42)
    foot = (MIDDLE, 214)
    petals = ((-0.45, 0.72), (0.45, 0.72), (-1.0, 0.86), (1.0, 0.86), (0.0, 1.0))
    for lean, light in petals:
        angle = -math.pi / 2 + lean * open_by
        outline = petal(foot, angle, random.uniform(158, 176), 40, belly=0.4)
        tone = shade(color, light + random.gauss(0, 0.03))
        pen.polygon(outline, fill=tone, outline=shade(color, 0.6))
    pen.line([foot, (MIDDLE, CANVAS)], fill=(70, 120, 60), width=10)
    return head, False


HEADS: dict[str, Callable[[Random], Head]] = {
    "daisy": daisy,
    "dandelion": dandelion,
    "roses": rose,
    "sunflowers": sunflower,
    "tulips": tulip,
}


def blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A see-through canvas, and its pen."""
    head = Image.new("RGBA", (CANVAS, CANVAS))
    return head, ImageDraw.Draw(head, "RGBA")


def petal(
    base: Point, angle: float, length: float, breadth: float, *, belly: float = 0.55
) -> list[Point]:
    """The outline of a petal or leaf, broadest (2 x breadth) at `belly` of its length."""
    along = (math.cos(angle), math.sin(angle))
    skew = math.log(0.5) / math.log(belly)
    steps = [step / 10 for step in range(11)]
    half = [(t * length, breadth * math.sin(math.pi * t**skew) ** 0.8) for t in steps]
    outline = half + [(forward, -aside) for forward, aside in reversed(half)]
    return [
        (base[0] + f * along[0] - a * along[1], base[1] + f * along[1] + a * along[0])
        for f, a in outline
    ]


def disc(pen: ImageDraw.ImageDraw, radius: float, color: Color, random: Random) -> None:
    """A flower's middle: florets on a golden spiral, darker towards the rim."""
    pen.ellipse(around(MIDDLE, MIDDLE, radius), fill=shade(color, 0.8))
    for floret in range(160):
        out = math.sqrt(floret / 160)
        x, y = polar(floret * 2.39996, radius * out)
        tone = shade(color, 1.25 - 0.5 * out + random.gauss(0, 0.1))
        pen.ellipse(around(x, y, radius / 14), fill=tone)


def polar(angle: float, distance: float) -> Point:
    """The point at an angle and distance from the canvas's middle."""
    return (MIDDLE + distance * math.cos(angle), MIDDLE + distance * math.sin(angle))


def around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    """The box of a circle."""
    return (x - radius, y - radius, x + radius, y + radius)


def near(color: Color, random: Random) -> Color:
    """A colour not far from this one."""
    return shade(color, 1.0, *(random.gauss(0, 12) for _ in color))


def shade(color: Color, light: float, *shift: float) -> Color:
    """The colour, lighter above 1 and darker below, its channels then shifted."""
    shift = shift or (0, 0, 0)
    red, green, blue = (
        min(255, max(0, round(c * light + by))) for c, by in zip(color, shift, strict=True)
    )
    return (red, green, blue)
