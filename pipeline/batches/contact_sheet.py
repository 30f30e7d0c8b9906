"""Draws batches as one picture: a heading for each, and its images with their targets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.tasks.task import TaskPipeline
from serving import overlay
from serving.drawing import sheets, strips
from serving.drawing.sheets import Tile

SIDE = 160  # Pixels of a tile's longer side, at most.


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
    blocks = [draw_batch(n, batch, labels, task) for n, batch in enumerate(batches, start=1)]
    if task.has_legend:
        blocks.append(overlay.draw_legend(overlay.number_names(labels)))
    return strips.stack(*blocks)


def draw_batch(number: int, batch: Batch, labels: Sequence[str], task: TaskPipeline) -> Image.Image:
    """One batch: a heading, then rows of tiles."""
    pixels = np.clip(np.round(batch.images), 0, 255).astype(np.uint8)
    pixels = np.repeat(pixels, 3 // pixels.shape[-1], axis=-1)
    tiles = [
        shrink(task.draw_target(image, target, labels))
        for image, target in zip(pixels, batch.targets, strict=True)
    ]
    return sheets.draw_block(describe(number, batch), tiles, width=SIDE)


def shrink(tile: Tile) -> Tile:
    """The tile with no side over SIDE."""
    picture = tile.picture.copy()
    picture.thumbnail((SIDE, SIDE))
    return tile._replace(picture=picture)


def describe(number: int, batch: Batch) -> str:
    """The heading of a batch."""
    height, width = batch.shape
    return f"batch {number}: {len(batch.images)} images of {height} x {width} pixels"
