"""Draws where a classifier looks: what speaks for a class, and against it, over the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from serving.client.heat import HeatMaps
from serving.drawing import diverging
from serving.drawing.labels import draw_strip
from serving.drawing.strips import INK, PAPER, encode_png, stack
from serving.rgb_images import open_upright

OPACITY = 0.75  # Where a class's evidence is greatest; none where it is zero.
FADED = 0.6  # Contrast of the photograph below the colours, which it must not be taken for.
SMALLEST, LARGEST = 12, 40  # Pixels: sizes of the legend's font.
SHARE = 30  # An image is this many times as wide as the legend's font is high.
EMPTY = 1e-6  # Evidence below this is drawn as zero.


def draw_overlay(encoded: bytes, found: HeatMaps, label: str) -> bytes:
    """A PNG of the grey image, coloured by its evidence for a class, with a legend below.

    Raises ValueError for an unknown class, and UnreadableImageError.
    """
    picture = open_upright(encoded)
    evidence = weigh(found, label)
    strip = draw_strip(label, found.prediction.probabilities, picture.width)
    legend = draw_legend(find_limit(evidence), picture.width)
    return encode_png(stack(blend(picture, found, label), strip, legend))


def blend(picture: Image.Image, found: HeatMaps, label: str) -> Image.Image:
    """The picture in grey, with colours for the evidence; they are those of `draw_legend`.

    The picture may be of another size than the image that the model saw. Raises ValueError.
    """
    evidence = weigh(found, label)
    whole = Image.fromarray(found.enlarge(evidence) / find_limit(evidence))
    values = np.asarray(whole.resize(picture.size, Image.Resampling.BILINEAR)).clip(-1, 1)
    grey = np.asarray(picture.convert("L"), np.float32)[..., None]
    faded = 127.5 + FADED * (grey - 127.5)
    share = OPACITY * np.abs(values)[..., None]
    return Image.fromarray(
        np.rint(faded * (1 - share) + diverging.colour(values) * share).astype(np.uint8)
    )


def weigh(found: HeatMaps, label: str) -> NDArray[np.float32]:
    """The evidence for a class, [h, w]; zero if a diverged model's scores are not finite."""
    with np.errstate(invalid="ignore"):  # Infinity less infinity.
        return np.nan_to_num(found.weigh(label), posinf=0.0, neginf=0.0)


def find_limit(evidence: np.ndarray) -> float:
    """The evidence that has the strongest colour: the greatest of this image, for or against."""
    return max(float(np.abs(evidence).max()), EMPTY)


def draw_legend(limit: float, width: int) -> Image.Image:
    """A bar of the colours from -limit to limit, with its values, as wide as the picture."""
    size = max(SMALLEST, min(LARGEST, width // SHARE))
    font = ImageFont.load_default(size)
    words = (f"{-limit:.2g} against", "0", f"for {limit:+.2g}")
    needed = round(sum(map(font.getlength, words))) + 4 * size
    across = max(width, needed) - size
    values = np.linspace(-1, 1, across, dtype=np.float32)
    share = OPACITY * np.abs(values)[:, None]
    row = np.rint(127.5 * (1 - share) + diverging.colour(values) * share).astype(np.uint8)
    legend = Image.new("RGB", (across + size, 3 * size), PAPER)
    legend.paste(Image.fromarray(np.tile(row, (size, 1, 1))), (size // 2, 0))
    pen = ImageDraw.Draw(legend)
    places = ((size // 2, "lt"), (size // 2 + across // 2, "mt"), (size // 2 + across, "rt"))
    for text, (left, anchor) in zip(words, places, strict=True):
        pen.text((left, size + size // 3), text, fill=INK, font=font, anchor=anchor)
    return legend
