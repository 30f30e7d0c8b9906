"""JPEG of a usual size: decoded as a whole, as TensorFlow does it.

TensorFlow takes libjpeg-turbo's fast integer transform. GDAL and Pillow take the accurate one, so
most of their pixels differ a little. simplejpeg lets its callers choose.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from serving.prediction.tiled.grid import Window
from serving.prediction.tiled.headers import Header, RefusedImageError
from serving.rgb_images import UNREADABLE


class Decoded:
    """The pixels of a JPEG."""

    def __init__(self, path: Path, header: Header) -> None:
        self.size, self.note = header.size, header.note
        self._pixels = _decode(path.read_bytes(), header.mode)

    def read(self, window: Window) -> NDArray[np.uint8]:
        """The pixels [h, w, 3] of a window."""
        top, left, bottom, right = window
        pixels = self._pixels[top:bottom, left:right]
        return np.ascontiguousarray(np.broadcast_to(pixels, (*window.size, 3)))


def _decode(encoded: bytes, mode: str) -> NDArray[np.uint8]:
    """[H, W, 3], or [H, W, 1] of a grey image, which the client usually decodes itself."""
    try:
        if mode == "RGB":
            return simplejpeg.decode_jpeg(encoded, "RGB", fastdct=True, fastupsample=False)
        with Image.open(io.BytesIO(encoded)) as image:
            return np.asarray(image)[..., np.newaxis]
    except UNREADABLE as error:
        raise RefusedImageError(f"its pixels cannot be read ({error}): check the file") from error
