"""Draws boxes on their image, with a label."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

from serving import overlay
from serving.client.answers import Box, Localization
from serving.rgb_images import open_upright

Colour = tuple[int, int, int]
LINE = 200  # A line's width, as a part of the picture's longer side.
GAP = 2  # Pixels around words.


def draw_overlay(encoded: bytes, found: Localization) -> bytes:
    """A PNG of the image with its box, label and probability."""
    picture = open_upright(encoded)
    draw_answer(picture, found)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def draw_answer(picture: Image.Image, found: Localization) -> None:
    """Draws the box in the colour of its class, with label and probability."""
    names = [*found.probabilities]
    number = names.index(found.label) if found.label in names else 0
    shown = overlay.number_names(names)[number]
    red, green, blue = overlay.make_palette(number + 1)[number].tolist()
    draw(picture, found.box, (red, green, blue), f"{shown} {found.probability:.0%}")


def draw(picture: Image.Image, box: Box, colour: Colour, words: str = "") -> None:
    """Draws a box, given in the picture's pixels, with words in its upper left corner.

    Parts outside the picture are not drawn.
    """
    pen = ImageDraw.Draw(picture)
    width = max(2, max(picture.size) // LINE)
    corners = (box.xmin, box.ymin, max(box.xmin, box.xmax), max(box.ymin, box.ymax))
    pen.rectangle(corners, outline=colour, width=width)
    if words:
        font = ImageFont.load_default()
        left, top, right, bottom = pen.textbbox((box.xmin + GAP, box.ymin + GAP), words, font=font)
        pen.rectangle((left - GAP, top - GAP, right + GAP, bottom + GAP), fill=colour)
        pen.text((box.xmin + GAP, box.ymin + GAP), words, fill="black", font=font)
