"""A colour map for signed values: blue below zero, grey at zero, orange above it.

Equal steps of the value are equal steps of lightness and of colourfulness in OKLab (Ottosson 2020,
https://bottosson.github.io/posts/oklab/), and both ends are told apart by colour-blind readers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIDDLE, ENDS = 0.92, 0.60  # Lightness, 0..1.
COLOURFULNESS = 0.15  # Of both ends: what fits into sRGB at that lightness.
BELOW, ABOVE = 250.0, 50.0  # Hues, in degrees.

# From OKLab to the cube roots of the cones' answers, and from these answers to linear sRGB.
TO_CONES = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def colour(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Colours [..., 3] of values in -1..1."""
    strength = np.abs(values)[..., None]
    hue = np.radians(np.where(values < 0, BELOW, ABOVE))
    plane = COLOURFULNESS * np.stack([np.cos(hue), np.sin(hue)], axis=-1) * strength
    lab = np.concatenate([MIDDLE + (ENDS - MIDDLE) * strength, plane], axis=-1)
    linear = np.clip((lab @ TO_CONES.T) ** 3 @ TO_LINEAR.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)
