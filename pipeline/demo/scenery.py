"""What the drawn data sets share: backgrounds, and the light and noise of a snapshot."""

from __future__ import annotations

from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

Color = tuple[int, ...]  # Red, green and blue in 0..255.
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # Left, top, right, bottom.

LONGER_SIDE = (150, 320)  # Pixels.
ASPECT = (1.0, 1.85)  # Longer side : shorter side.
GREENS = ((38, 92, 40), (70, 120, 48), (96, 142, 70), (52, 104, 72))
GROUNDS = (  # Colours at the top and at the bottom.
    ((150, 190, 230), (90, 140, 70)),  # Meadow under the sky.
    ((60, 100, 50), (40, 70, 35)),  # Leaves.
    ((30, 40, 34), (16, 22, 18)),  # Shade.
    ((205, 196, 180), (170, 150, 124)),  # Wall and table.
    ((120, 150, 84), (134, 120, 84)),  # Dry grass.
    ((150, 150, 160), (120, 118, 122)),  # Stone.
)


def draw_background(random: Random) -> Image.Image:
    """A blurred ground with some blades of grass, upright or across: RGB."""
    longer = random.randint(*LONGER_SIDE)
    sides = [longer, round(longer / random.uniform(*ASPECT))]
    random.shuffle(sides)
    top, bottom = (np.array(color, float) for color in random.choice(GROUNDS))
    rows, columns = random.randint(4, 9), random.randint(4, 9)
    height = np.linspace(0, 1, rows)[:, None, None]
    blots = np.array([random.gauss(0, 22) for _ in range(rows * columns)])
    coarse = top * (1 - height) + bottom * height + blots.reshape(rows, columns, 1)
    image = to_image(coarse).resize((sides[0], sides[1]), Image.Resampling.BICUBIC)
    draw_grass(image, random)
    return image.filter(ImageFilter.GaussianBlur(random.uniform(0, 2.5)))


def draw_grass(image: Image.Image, random: Random) -> None:
    """Draws up to 40 blades, so that green pixels at the bottom do not identify a class."""
    pen, (width, height) = ImageDraw.Draw(image), image.size
    for _ in range(random.choice((0, 0, 8, 20, 40))):
        x, tip = random.uniform(0, width), random.uniform(0.35, 0.95) * height
        blade = [(x - 2, height), (x + random.gauss(0, 0.06) * width, tip), (x + 2, height)]
        pen.polygon(blade, fill=shade(random.choice(GREENS), random.uniform(0.6, 1.2)))


def photograph(image: Image.Image, random: Random) -> Image.Image:
    """The image with the light, colours and noise of a snapshot."""
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Color, ImageEnhance.Contrast):
        image = enhance(image).enhance(random.uniform(0.8, 1.2))
    noise = np.random.default_rng(random.getrandbits(32))
    shape = (image.height, image.width, 1)
    return to_image(np.asarray(image, float) + noise.normal(0, random.uniform(2, 12), shape))


def to_image(pixels: np.ndarray) -> Image.Image:
    """An image of pixels [H, W, 3], clipped to 0..255."""
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def shade(color: Color, light: float) -> Color:
    """The colour, lighter if `light` is above 1 and darker if below."""
    return tuple(min(255, max(0, round(channel * light))) for channel in color)


def find_box(middle: Point, radius: float) -> Box:
    """The box of a circle."""
    x, y = middle
    return x - radius, y - radius, x + radius, y + radius
