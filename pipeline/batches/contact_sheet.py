"""Draws batches as one picture: a heading for each, and its images with their targets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.tasks.task import TaskPipeline, Tile
from serving import overlay

SIDE = 160  # Pixels of a tile's longer side, at most.
COLUMNS = 8
GAP = 6  # Pixels.
LINE = 16  # Pixels: the height of a line of text.
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


class Batch(NamedTuple):
    """What the Trainer gets at once."""

    images: NDArray[np.float32]  # [B, H, W, 3] in 0..255; [B, H, W, 1] if they are grey.
    sizes: NDArray[np.int32]  # [B, 2]: heights and widths without padding.
    targets: NDArray[np.generic]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width, with padding."""
        _, height, width, _ = self.images.shape
        return height, width


def draw(batches: Iterable[Batch], labels: Sequence[str], task: TaskPipeline) -> Image.Image:
    """The contact sheet of all batches, with the colours of the labels if targets have them."""
    strips = [draw_batch(n, batch, labels, task) for n, batch in enumerate(batches, start=1)]
    if task.has_legend:
        strips.append(draw_legend(labels))
    sheet = Image.new(
        "RGB", (max(s.width for s in strips), sum(s.height for s in strips)), color=WHITE
    )
    top = 0
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height
    return sheet


def draw_batch(number: int, batch: Batch, labels: Sequence[str], task: TaskPipeline) -> Image.Image:
    """One batch: a heading, then rows of tiles."""
    pixels = np.clip(np.round(batch.images), 0, 255).astype(np.uint8)
    pixels = np.repeat(pixels, 3 // pixels.shape[-1], axis=-1)
    tiles = [
        shrink(task.draw_target(image, target, labels))
        for image, target in zip(pixels, batch.targets, strict=True)
    ]
    width, height = tiles[0].picture.size  # Of all: a batch has one size.
    columns, rows = min(COLUMNS, len(tiles)), math.ceil(len(tiles) / COLUMNS)
    across, down = max(width, SIDE) + GAP, height + LINE + GAP
    strip = Image.new("RGB", (GAP + columns * across, LINE + 2 * GAP + rows * down), WHITE)
    write(strip, (GAP, GAP), describe(number, batch), strip.width)
    for n, tile in enumerate(tiles):
        left, top = GAP + n % COLUMNS * across, LINE + 2 * GAP + n // COLUMNS * down
        strip.paste(tile.picture, (left, top))
        write(strip, (left, top + height), tile.caption, across - GAP)
    return strip


def shrink(tile: Tile) -> Tile:
    """The tile with no side over SIDE."""
    picture = tile.picture.copy()
    picture.thumbnail((SIDE, SIDE))
    return tile._replace(picture=picture)


def describe(number: int, batch: Batch) -> str:
    """The heading of a batch."""
    height, width = batch.shape
    return f"batch {number}: {len(batch.images)} images of {height} x {width} pixels"


def write(strip: Image.Image, place: tuple[int, int], text: str, width: int) -> None:
    """Writes a line, and cuts off what is wider than `width` pixels."""
    font = ImageFont.load_default()
    while font.getlength(text) > width:
        text = text[:-1]
    ImageDraw.Draw(strip).text(place, text, fill=BLACK, font=font)


def draw_legend(labels: Sequence[str]) -> Image.Image:
    """A line for each label: its colour and its name."""
    colours, names = overlay.make_palette(len(labels)), overlay.number_names(labels)
    widest = max(map(ImageFont.load_default().getlength, names))
    size = (3 * GAP + LINE + math.ceil(widest), LINE * len(labels) + GAP)
    strip = Image.new("RGB", size, WHITE)
    pen = ImageDraw.Draw(strip)
    for n, (name, colour) in enumerate(zip(names, colours, strict=True)):
        top = n * LINE
        pen.rectangle((GAP, top, GAP + LINE - 4, top + LINE - 4), fill=tuple(colour.tolist()))
        write(strip, (2 * GAP + LINE, top), name, strip.width)
    return strip
