"""Which images a model takes: without TensorFlow, since an experiment's configuration has them."""

from __future__ import annotations

from typing import NamedTuple


class SizeLimits(NamedTuple):
    """Which images a model takes, and in which size and channels it sees them."""

    max_side: int  # Larger images are scaled down.
    max_pixels: int  # Height x width; a larger image is refused, and not decoded.
    channels: int = 3  # 1: grey; colours are converted.
