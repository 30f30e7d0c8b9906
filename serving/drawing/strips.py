"""Puts pictures, and strips with words, below each other."""

from __future__ import annotations

import io

from PIL import Image

PAPER, INK = (255, 255, 255), (0, 0, 0)  # White and black.


def stack(*pictures: Image.Image) -> Image.Image:
    """One below the other on white, aligned to the left."""
    size = (max(each.width for each in pictures), sum(each.height for each in pictures))
    whole = Image.new("RGB", size, PAPER)
    top = 0
    for each in pictures:
        whole.paste(each, (0, top))
        top += each.height
    return whole


def encode_png(image: Image.Image) -> bytes:
    """The image as a PNG."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
