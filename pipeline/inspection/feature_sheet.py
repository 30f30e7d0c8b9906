"""Draws an image and its feature maps onto one sheet: rows of small pictures for each stage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.inspection.feature_maps import Features, Stage
from serving.drawing import sheets, strips
from serving.drawing.sheets import Tile

SIDE = 96  # Pixels: the longer side of a picture.
MOST = 24  # Maps of a stage.


def draw(features: Features, weights: str) -> bytes:
    """A PNG with the image and the maps of each stage; `weights` says whose they are.

    Black is the least value of a map and white its greatest.
    """
    pixels = features.pixels
    image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    heading = f"the image as the model sees it; {weights}"
    blocks = [sheets.draw_block(heading, [Tile(fit(image))])]
    blocks += [draw_stage(stage) for stage in features.stages]
    return strips.encode_png(strips.stack(*blocks))


def draw_stage(stage: Stage) -> Image.Image:
    """The first maps of a stage below a line of words."""
    height, width, count = stage.maps.shape
    shown = min(MOST, count)
    part = f"{count} maps" if shown == count else f"the first {shown} of {count} maps"
    steps = " x ".join(map(str, stage.stride))
    heading = f"{stage.layer}: {part} of {height} x {width}, {steps} pixels apart"
    pictures = [to_picture(stage.maps[..., number]) for number in range(shown)]
    return sheets.draw_block(heading, [Tile(fit(picture)) for picture in pictures])


def to_picture(values: NDArray[np.float32]) -> Image.Image:
    """A map [h, w] in grey, from its least value to its greatest."""
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return Image.fromarray((255 * scaled).astype(np.uint8))


def fit(picture: Image.Image) -> Image.Image:
    """The picture with its longer side SIDE; small maps keep their hard edges."""
    factor = SIDE / max(picture.size)
    size = tuple(max(1, round(side * factor)) for side in picture.size)
    way = Image.Resampling.NEAREST if factor > 1 else Image.Resampling.BOX
    return picture.resize((size[0], size[1]), way)
