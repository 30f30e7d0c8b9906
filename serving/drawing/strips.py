"""Puts a strip with words below a picture."""

from __future__ import annotations

import io

from PIL import Image

PAPER, INK = (255, 255, 255), (0, 0, 0)  # White and black.


def stack(picture: Image.Image, strip: Image.Image) -> Image.Image:
    """One below the other on white, aligned to the left."""
    size = (max(picture.width, strip.width), picture.height + strip.height)
    whole = Image.new("RGB", size, PAPER)
    whole.paste(picture, (0, 0))
    whole.paste(strip, (0, picture.height))
    return whole


def encode_png(image: Image.Image) -> bytes:
    """The image as a PNG."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
