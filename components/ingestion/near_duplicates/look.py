"""The look of an image: a perceptual hash of 64 bits that small changes leave almost the same.

It is ImageHash's `phash`: the signs of the 64 lowest frequencies of the grey image, compared with
their median. Brightness and quality change few bits; a turned or mirrored image has another look.
"""

from __future__ import annotations

import imagehash
import numpy as np
import tensorflow as tf
from PIL import Image

SIDE = 256  # Pixels: enough for the 32 x 32 means of the hash, whatever the size of the image.


def compute(pixels: tf.Tensor) -> str:
    """Computes the look of an image [H, W, 3] uint8, as 16 hexadecimal digits."""
    height, width = pixels.shape[:2]
    sample = pixels[:: max(1, height // SIDE), :: max(1, width // SIDE)].numpy()
    bits = imagehash.phash(Image.fromarray(sample)).hash
    return np.packbits(bits).tobytes().hex()
