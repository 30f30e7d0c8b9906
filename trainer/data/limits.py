"""Which images a model takes: without TensorFlow, since an experiment's configuration has them."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

# limit: a larger image is scaled down until no side is over max_side; a smaller one stays.
# resize: scaled to max_side x max_side; its aspect ratio changes.
# resize_with_pad: scaled, up too, until its longer side is max_side; black around it.
# crop_or_pad: not scaled; the central max_side x max_side, black around a smaller image.
Sizing = Literal["limit", "resize", "resize_with_pad", "crop_or_pad"]


# Top, left, bottom and right of the part that is used, in 0..1 of the image's height and width.
Crop = tuple[float, float, float, float]


LONGEST_SIDE = 2**27  # Pixels: 8 times as many can be counted in 32 bits.


class SizeLimits(NamedTuple):
    """Which images a model takes, and in which size and channels it sees them."""

    max_side: int  # Pixels: what `sizing` brings the sides of an image to.
    max_pixels: int  # Height x width; a larger image is refused, and not decoded.
    sizing: Sizing = "limit"
    channels: int = 3  # 1: grey; colours are converted.
    crop: Crop | None = None  # None: the whole image.

    @property
    def options(self) -> dict[str, Any]:
        """How an image becomes what the model sees, besides `max_side`."""
        return {"sizing": self.sizing, "channels": self.channels, "crop": self.crop}
