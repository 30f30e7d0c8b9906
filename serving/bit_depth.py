"""Samples of more than 8 bits: which value is white, and how they become 8 bits.

Cameras and microscopes write 10, 12 or 14 bits into files of 16. A file may declare how many:
a PNG in its sBIT chunk, a TIFF in BitsPerSample, MaxSampleValue or SMaxSampleValue. Imports no
TensorFlow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serving import deep_colours
from serving.deep_colours import UnknownDepthError

USUAL = (8, 10, 12, 14, 16)  # Bits.
GREY = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")  # Pillow's modes.
PHOTOMETRIC, BITS_PER_SAMPLE, MAX_SAMPLE, S_MAX_SAMPLE = 262, 258, 281, 341  # TIFF tags.
WHITE_IS_ZERO = 0  # A value of PHOTOMETRIC. Pillow inverts 8 bits, but not 16.
WHITE = 2**16 - 1


@dataclass(frozen=True)
class Samples:
    """The samples of an image, as Pillow turns them."""

    values: NDArray[np.uint16]  # [H, W], or [H, W, C] without alpha.
    mode: str  # Of the 8-bit image: L, RGB or CMYK.
    bits: int | None  # What the file declares; None if it declares nothing.
    white_is_zero: bool = False

    @property
    def undeclared(self) -> int:
        """The greatest value if the file does not declare its depth; else 0."""
        return 0 if self.bits else int(self.values.max(initial=0))

    def to_image(self, bits: int | None) -> Image.Image:
        """The 8-bit image. `bits` counts if the file declares none.

        Raises UnknownDepthError if there is neither, and the values do not need all 16 bits.
        """
        depth = self.bits or _choose_bits(self.undeclared, bits)
        shifted = self.values >> (depth - USUAL[0])
        flat = np.minimum(shifted, 255, out=shifted).astype(np.uint8)
        flat = ~flat if self.white_is_zero else flat
        channels = [flat] if flat.ndim == 2 else np.moveaxis(flat, -1, 0)
        return Image.merge(self.mode, [Image.fromarray(channel) for channel in channels])


def read(image: Image.Image, encoded: bytes) -> Samples | None:
    """Reads the samples of an image; None if it has 8 bits.

    Raises UnknownDepthError if no value can be white.
    """
    image.load()
    if not is_deep(image, encoded):
        return None
    if image.mode in GREY:
        return _read_grey(image, encoded)
    values, mode = deep_colours.read(image, encoded)
    return Samples(values, mode, _find_declared(image, encoded, int(values.max(initial=0))))


def is_deep(image: Image.Image, encoded: bytes) -> bool:
    """Whether an image has samples of more than 8 bits, by its header."""
    return image.mode in GREY or deep_colours.are_in(image, encoded)


def round_up(greatest: int) -> int:
    """The least of USUAL bits that this value fits in."""
    return next((bits for bits in USUAL if greatest < 2**bits), USUAL[-1])


def _choose_bits(greatest: int, bits: int | None) -> int:
    """Chooses the depth of a file that declares none: without `bits`, only one that is certain."""
    if bits is None and not 0 < greatest < 2 ** USUAL[-2]:
        return USUAL[-1]
    if bits is not None and greatest < 2**bits:
        return bits
    raise UnknownDepthError(
        f"its greatest sample is {greatest}, but the file does not declare its bit depth"
        + (f", and {bits} bits are too few" if bits else "")
        + f": set the depth, for example `fcn predict --bits {round_up(greatest)}`"
    )


def _read_grey(image: Image.Image, encoded: bytes) -> Samples:
    values = np.asarray(image)
    inverted = _read_tag(image, PHOTOMETRIC) == WHITE_IS_ZERO
    if image.mode != "F" and values.min(initial=0) >= 0 and values.max(initial=0) <= WHITE:
        declared = _find_declared(image, encoded, int(values.max(initial=0)))
        return Samples(values.astype(np.uint16), "L", declared, inverted)
    white = _read_white(image)
    if not white or not np.isfinite(values).all():
        raise UnknownDepthError(
            f"{image.format} of mode {image.mode} does not define the value of white: declare it "
            "in the TIFF tag SMaxSampleValue, or save 16 bits"
        )
    scaled = np.rint(np.clip(values / white, 0, 1) * WHITE)
    return Samples(scaled.astype(np.uint16), "L", USUAL[-1], inverted)


def _find_declared(image: Image.Image, encoded: bytes, greatest: int) -> int | None:
    """The bits that a file declares; None for none, or fewer than its values need."""
    if image.format == "PNG":
        return _find_declared_by_png(encoded, greatest)
    if image.format != "TIFF":
        return USUAL[-1]  # JPEG 2000 always declares its depth, and Pillow scales it to 16 bits.
    own = _read_tag(image, BITS_PER_SAMPLE)
    white = _read_white(image)
    bits = int(own) if own and own < USUAL[-1] else round_up(int(white)) if white else None
    return bits if bits and greatest < 2**bits else None


def _find_declared_by_png(encoded: bytes, greatest: int) -> int | None:
    """PNG's standard stores fewer bits in the upper ones; many programs use the lower ones."""
    position = len(b"\x89PNG\r\n\x1a\n")
    while (kind := encoded[position + 4 : position + 8]) not in (b"IDAT", b""):
        length = int.from_bytes(encoded[position : position + 4], "big")
        if kind == b"sBIT" and length:
            colours = 1 if encoded[25] in (0, 4) else 3  # By the colour type; alpha does not count.
            declared = encoded[position + 8 : position + 8 + min(colours, length)]
            bits = max([USUAL[0], *declared])
            return bits if greatest < 2**bits and bits < USUAL[-1] else USUAL[-1]
        position += 12 + length
    return None


def _read_white(image: Image.Image) -> float | None:
    white = _read_tag(image, S_MAX_SAMPLE) or _read_tag(image, MAX_SAMPLE)
    return white if white and white > 0 else None


def _read_tag(image: Image.Image, tag: int) -> float | None:
    """The greatest value of a TIFF's tag; None if it has none, or it is not a number."""
    tags: Any = getattr(image, "tag_v2", {})
    try:
        value = float(np.max(tags[tag]))
    except Exception:  # Pillow decodes a tag here, and may raise anything for a damaged one.
        return None
    return value if np.isfinite(value) else None
