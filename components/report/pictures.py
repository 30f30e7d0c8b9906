"""Encodes images, masks and boxes as small pictures inside the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from serving import overlay
from serving.client import Box, HeatMaps
from serving.drawing import boxes, heat
from serving.drawing.boxes import Colour
from trainer.data import images

SIDE = 256  # Pixels of the longer side, at most.
QUALITY = 80


def encode_image(encoded: bytes) -> str:
    """Returns a data URI of a record's image."""
    return to_jpeg(Image.fromarray(images.load(tf.constant(encoded), SIDE).numpy()))


def encode_heat(encoded: bytes, maps: HeatMaps) -> str:
    """Returns a data URI of a record's image in grey, coloured by what speaks for its label."""
    picture = Image.fromarray(images.load(tf.constant(encoded), SIDE).numpy())
    return to_jpeg(heat.blend(picture, maps, maps.label))


def encode_boxes(encoded: bytes, found: Iterable[tuple[Box, Colour]]) -> str:
    """Returns a data URI of a record's image with boxes, given in its own pixels, in colours."""
    pixels, size = images.load_sized(tf.constant(encoded), SIDE)
    picture = Image.fromarray(pixels.numpy())
    height, width = (int(side) for side in size)
    for box, colour in found:
        scale = picture.height / height, picture.width / width
        boxes.draw(picture, Box(*np.multiply(box, scale * 2)), colour)
    return to_jpeg(picture)


def encode_mask(ids: NDArray[np.uint8]) -> str:
    """Returns a data URI of a mask [H, W] of class ids, in the colours of overlays."""
    width, height = images.limit_size(tf.constant(ids.shape), SIDE).numpy()[::-1]
    small = Image.fromarray(ids).resize((int(width), int(height)), Image.Resampling.NEAREST)
    return to_data_uri("png", overlay.encode_mask(np.asarray(small)))


def to_jpeg(picture: Image.Image) -> str:
    """Returns a data URI of a photograph."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY)
    return to_data_uri("jpeg", stream.getvalue())


def to_data_uri(kind: str, data: bytes) -> str:
    """Returns a URI that contains an image's bytes."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
