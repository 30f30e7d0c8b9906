"""The colours of heat maps: dark to bright, in an order that colour-blind readers see too."""

from __future__ import annotations

import numpy as np

# Every quarter of matplotlib's "inferno" (van der Walt, Smith), whose lightness rises evenly.
ANCHORS = ((0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164))


def make_heat_colours(levels: int = 256) -> np.ndarray:
    """Red, green, blue and opacity from the lowest level to the highest: [levels, 4] uint8.

    The image is seen below low levels.
    """
    place = np.linspace(0, 1, levels)
    anchors = np.linspace(0, 1, len(ANCHORS))
    channels = [np.interp(place, anchors, channel) for channel in zip(*ANCHORS, strict=True)]
    return np.stack([*channels, 255 * place], axis=-1).round().astype(np.uint8)
