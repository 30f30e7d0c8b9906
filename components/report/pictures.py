"""Encodes images and masks as small pictures inside the page."""

from __future__ import annotations

import base64
import io

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from serving import overlay
from trainer.data import images

SIDE = 256  # Pixels of the longer side, at most.
QUALITY = 80


def encode_image(encoded: bytes) -> str:
    """Returns a data URI of a record's image."""
    pixels = images.load(tf.constant(encoded), SIDE).numpy()
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=QUALITY)
    return to_data_uri("jpeg", stream.getvalue())


def encode_mask(ids: NDArray[np.uint8]) -> str:
    """Returns a data URI of a mask [H, W] of class ids, in the colours of overlays."""
    width, height = images.limit_size(tf.constant(ids.shape), SIDE).numpy()[::-1]
    small = Image.fromarray(ids).resize((int(width), int(height)), Image.Resampling.NEAREST)
    return to_data_uri("png", overlay.encode_mask(np.asarray(small)))


def to_data_uri(kind: str, data: bytes) -> str:
    """Returns a URI that contains an image's bytes."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
