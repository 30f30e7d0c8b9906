"""Pictures of masks: in colours, over their image, with a legend."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from serving import printable
from serving.drawing import fonts
from serving.drawing.strips import INK, PAPER, encode_png, stack
from serving.rgb_images import make_upright

# Eight colours for colour-blind readers too: Okabe, Ito, "Color Universal Design" (2008).
COLOURS = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
    (90, 90, 90),
)
IGNORED = 255  # In annotated masks: a pixel without a class.
OPACITY = 0.5
LINE, SQUARE, GAP = 18, 12, 6  # Pixels of the legend.


def make_palette(classes: int = 256) -> np.ndarray:
    """A colour for each class, [classes, 3] uint8: the eight colours, then darker ones."""
    rounds = np.arange(classes) // len(COLOURS)
    eight = np.array(COLOURS)[np.arange(classes) % len(COLOURS)]
    return (eight * (0.6**rounds)[:, None]).astype(np.uint8)


def read_ids(mask_png: bytes) -> np.ndarray:
    """The class of each pixel of a mask: [H, W] uint8."""
    with Image.open(io.BytesIO(mask_png)) as mask:
        return np.asarray(mask)


def colour(mask: np.ndarray) -> Image.Image:
    """A mask [H, W] of class ids in colours."""
    return Image.fromarray(make_palette()[mask])


def encode_mask(mask: np.ndarray) -> bytes:
    """A PNG whose bytes are the class ids and whose palette shows them in colours."""
    image = Image.fromarray(mask)
    image.putpalette(make_palette().tobytes())  # Grey values become palette indices, unchanged.
    return encode_png(image)


def blend(image: Image.Image, mask: np.ndarray) -> Image.Image:
    """The image with its mask in translucent colours and opaque outlines.

    Raises ValueError if the sizes differ.
    """
    colours = colour(mask)
    if image.size != colours.size:
        raise ValueError(f"the image has the size {image.size}, its mask {colours.size}")
    mixed = Image.blend(image.convert("RGB"), colours, OPACITY)
    mixed.paste(colours, mask=Image.fromarray(find_outlines(mask)))
    return mixed


def find_outlines(mask: np.ndarray) -> np.ndarray:
    """255 if the pixel to the right or below has another class, else 0: [H, W] uint8."""
    edges = np.zeros(mask.shape, bool)
    edges[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    edges[:-1] |= mask[:-1] != mask[1:]
    return edges.astype(np.uint8) * 255


def draw_overlay(encoded: bytes, mask: np.ndarray, fractions: dict[str, float]) -> bytes:
    """A PNG of the image with its mask [H, W] over it, and a legend below."""
    with Image.open(io.BytesIO(make_upright(encoded))) as image:
        picture = blend(image, mask)
    shares = zip(number_names(fractions), fractions.values(), strict=True)
    legend = draw_legend([f"{name} {part:.1%}" for name, part in shares])
    return encode_png(stack(picture, legend))


def draw_legend(lines: Sequence[str]) -> Image.Image:
    """The colour of each class, with a line of words."""
    font = ImageFont.load_default()
    width = round(max(font.getlength(line) for line in lines)) + SQUARE + 3 * GAP
    picture = Image.new("RGB", (width, LINE * len(lines) + GAP), PAPER)
    pen = ImageDraw.Draw(picture)
    for number, (line, colour) in enumerate(zip(lines, make_palette(len(lines)), strict=True)):
        top = GAP + number * LINE
        square = (GAP, top, GAP + SQUARE, top + SQUARE)
        pen.rectangle(square, fill=tuple(colour.tolist()), outline=INK)
        pen.text((2 * GAP + SQUARE, top), line, fill=INK, font=font)
    return picture


def number_names(names: Iterable[str]) -> list[str]:
    """The names; "class 2" for a name in a script that the legend's font lacks."""
    return [
        printable.name(name) if has_glyphs(name) else f"class {n}" for n, name in enumerate(names)
    ]


def has_glyphs(name: str) -> bool:
    """Whether the legend's font has all characters of a name."""
    return fonts.has_glyphs(ImageFont.load_default(), name)
