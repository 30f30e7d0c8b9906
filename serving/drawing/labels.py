"""Draws the answer of a classifier into a strip below its image."""

from __future__ import annotations

from collections.abc import Mapping

from PIL import Image, ImageDraw

from serving import printable
from serving.drawing.fonts import Font, find_font
from serving.drawing.strips import INK, PAPER, encode_png, stack
from serving.rgb_images import open_upright

SMALLEST, LARGEST = 12, 64  # Pixels: sizes of the font.
SHARE = 16  # An image is this many times as wide as its font is high.


def draw_label(encoded: bytes, label: str, probabilities: Mapping[str, float]) -> bytes:
    """A PNG of the upright image, with the label and its probability below it.

    A label is numbered ("class 2") if no font of this machine has its characters. Raises
    UnreadableImageError.
    """
    picture = open_upright(encoded)
    return encode_png(stack(picture, draw_strip(label, probabilities, picture.width)))


def draw_strip(label: str, probabilities: Mapping[str, float], width: int) -> Image.Image:
    """One line of text, wider than `width` only if it would be too small to read."""
    size = max(SMALLEST, min(LARGEST, width // SHARE))
    text, font = _choose_words(label, probabilities, size)
    length = font.getlength(text)
    if length > width - size:
        size = max(SMALLEST, int(size * (width - size) / length))
        text, font = _choose_words(label, probabilities, size)
    strip = Image.new("RGB", (round(font.getlength(text)) + size, 2 * size), PAPER)
    pen = ImageDraw.Draw(strip)
    pen.text((size // 2, size), text, fill=INK, font=font, anchor="lm")
    return strip


def _choose_words(label: str, probabilities: Mapping[str, float], size: int) -> tuple[str, Font]:
    is_listed = label in probabilities
    share = f" {probabilities[label]:.1%}" if is_listed else ""
    number = list(probabilities).index(label) if is_listed else "?"
    texts = (f"{name}{share}" for name in (printable.name(label), f"class {number}"))
    found = ((text, find_font(text, size)) for text in texts)
    return next((text, font) for text, font in found if font)
