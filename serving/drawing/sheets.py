"""Draws sheets of small pictures: blocks of rows, each block below a line of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from serving import printable
from serving.drawing.strips import INK, PAPER

COLUMNS = 8
GAP, LINE = 6, 16  # Pixels: between pictures, and a line of text.


class Tile(NamedTuple):
    """A small picture, and the words below it."""

    picture: Image.Image
    caption: str = ""


def draw_block(heading: str, tiles: Sequence[Tile], width: int = 0) -> Image.Image:
    """Rows of tiles below a heading; a tile is as large as the largest, at least `width` wide."""
    across = max(width, *(tile.picture.width for tile in tiles)) + GAP
    height = max(tile.picture.height for tile in tiles)
    down = height + GAP + LINE * any(tile.caption for tile in tiles)
    columns, rows = min(COLUMNS, len(tiles)), -(-len(tiles) // COLUMNS)
    first = LINE + 2 * GAP
    line = printable.name(heading)
    longest = 2 * GAP + round(ImageFont.load_default().getlength(line))
    size = (max(GAP + columns * across, longest), first + rows * down)
    block = Image.new("RGB", size, PAPER)
    write(block, (GAP, GAP), line, longest)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, COLUMNS)
        left, top = GAP + column * across, first + row * down
        block.paste(tile.picture, (left, top))
        write(block, (left, top + height), printable.name(tile.caption), across - GAP)
    return block


def write(block: Image.Image, place: tuple[int, int], text: str, width: int) -> None:
    """Writes one line, and cuts off what is wider than `width` pixels."""
    font = ImageFont.load_default()
    while text and font.getlength(text) > width:
        text = text[:-1]
    ImageDraw.Draw(block).text(place, text, fill=INK, font=font)
