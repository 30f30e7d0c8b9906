"""Draws an image and its feature maps onto one sheet: a row of small pictures for each stage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.inspection.feature_maps import Features, Stage
from serving import printable
from serving.drawing.strips import INK, PAPER, encode_png

SIDE, GAP, LINE = 96, 4, 20  # Pixels: the longest side of a map, the space between, and a text.
ROW = 8  # Maps next to each other.
MOST = 24  # Maps of a stage.


def draw(features: Features, weights: str) -> bytes:
    """A PNG with the image and the maps of each stage; `weights` says whose they are.

    Black is the least value of a map and white its greatest.
    """
    pixels = features.pixels
    image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    blocks = [make_block(f"the image as the model sees it; {weights}", [image])]
    blocks += [make_stage_block(stage) for stage in features.stages]
    width = max(block.width for block in blocks)
    sheet = Image.new("RGB", (width, sum(block.height for block in blocks)), PAPER)
    top = 0
    for block in blocks:
        sheet.paste(block, (0, top))
        top += block.height
    return encode_png(sheet)


def make_stage_block(stage: Stage) -> Image.Image:
    """The first maps of a stage below a line of text."""
    height, width, count = stage.maps.shape
    shown = min(MOST, count)
    part = f"{count} maps" if shown == count else f"the first {shown} of {count} maps"
    steps = " x ".join(map(str, stage.stride))
    text = f"{stage.layer}: {part} of {height} x {width}, {steps} pixels apart"
    return make_block(text, [to_picture(stage.maps[..., number]) for number in range(shown)])


def to_picture(values: NDArray[np.float32]) -> Image.Image:
    """A map [h, w] in grey, from its least value to its greatest."""
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return Image.fromarray((255 * scaled).astype(np.uint8))


def make_block(text: str, pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures in rows of ROW below a line of text, each fitted into a square."""
    font = ImageFont.load_default()
    name = printable.name(text)
    step = SIDE + GAP
    columns, rows = min(ROW, len(pictures)), -(-len(pictures) // ROW)
    width = max(columns * step, round(font.getlength(name))) + GAP
    block = Image.new("RGB", (width, LINE + rows * step + GAP), PAPER)
    ImageDraw.Draw(block).text((GAP, GAP), name, fill=INK, font=font)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, ROW)
        block.paste(fit(picture), (GAP + column * step, LINE + row * step))
    return block


def fit(picture: Image.Image) -> Image.Image:
    """The picture with its longer side SIDE; small maps keep their hard edges."""
    factor = SIDE / max(picture.size)
    size = tuple(max(1, round(side * factor)) for side in picture.size)
    way = Image.Resampling.NEAREST if factor > 1 else Image.Resampling.BOX
    return picture.resize((size[0], size[1]), way)
