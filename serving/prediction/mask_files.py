"""The files that `fcn predict` writes: each mask, and an overlay of it on its image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from serving import overlay
from serving.client.answers import Segmentation
from serving.client.errors import InvalidOutput
from serving.prediction.output_files import make_name, write_file
from serving.rgb_images import UNREADABLE

MASK, OVERLAY, CONFIDENCE = ".mask.png", ".overlay.png", ".confidence.png"


class InvalidMask(ValueError):  # noqa: N818
    """A model's answer is not a mask of its image."""


@dataclass(frozen=True)
class MaskFiles:
    """The files of one image's answer."""

    image: Path
    mask: Path
    overlay: Path | None  # None: the image is too large for a picture.
    class_fractions: dict[str, float]
    confidence: Path | None = None  # The probability of each pixel's class.


def write(path: Path, encoded: bytes, answer: Segmentation, folder: Path) -> MaskFiles:
    """Writes the mask and the overlay of one image into the folder.

    Images in the folder of `path` get files of different names, such as a.jpg.mask.png for a.jpg
    next to a.png. Raises InvalidMask, or OSError if the folder cannot be written.
    """
    mask, picture = _draw(path, encoded, answer)
    folder.mkdir(parents=True, exist_ok=True)
    mask_file, picture_file = (folder / make_name(path, suffix) for suffix in (MASK, OVERLAY))
    write_file(mask_file, mask)
    write_file(picture_file, picture)
    return MaskFiles(path, mask_file, picture_file, answer.class_fractions)


def write_confidence(files: MaskFiles, answer: Segmentation, folder: Path) -> MaskFiles:
    """Writes the picture of the probabilities too: black is 0, and white is 1.

    Raises InvalidOutput, or OSError if the folder cannot be written.
    """
    if answer.confidence is None or answer.confidence_png is None:
        raise InvalidOutput(
            "confidence_bytes", "the model does not return it: train with serve.confidence=true"
        )
    file = folder / make_name(files.image, CONFIDENCE)
    write_file(file, answer.confidence_png)
    return replace(files, confidence=file)


def _draw(path: Path, encoded: bytes, answer: Segmentation) -> tuple[bytes, bytes]:
    """Two PNGs: the mask, and its overlay on the image."""
    try:
        picture = overlay.draw_overlay(encoded, answer.mask, answer.class_fractions)
        return overlay.encode_mask(answer.mask), picture
    except (InvalidOutput, *UNREADABLE) as error:
        raise InvalidMask(
            f"The mask for {path} is invalid: {error}. The model should return a PNG with one byte "
            "per pixel, in the size of the image."
        ) from error
