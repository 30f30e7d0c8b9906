"""The files that `fcn predict` writes: each mask, and an overlay of it on its image."""

from __future__ import annotations

import hashlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from serving import overlay
from serving.client.answers import Segmentation
from serving.client.errors import InvalidOutput
from serving.prediction.image_list import SUFFIXES
from serving.rgb_images import UNREADABLE

MASK, OVERLAY = ".mask.png", ".overlay.png"
LONGEST = 255  # Bytes of a file's name, on most file systems.


class InvalidMask(ValueError):  # noqa: N818
    """A model's answer is not a mask of its image."""


@dataclass(frozen=True)
class MaskFiles:
    """The files of one image's answer."""

    image: Path
    mask: Path
    overlay: Path
    class_fractions: dict[str, float]


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


def make_name(image: Path, suffix: str) -> str:
    """The name of a file about an image. If it would be too long, a hash replaces its end."""
    name = image.name if _has_twin(image) else image.stem
    encoded = os.fsencode(name)
    if len(encoded) + len(suffix) <= LONGEST:
        return name + suffix
    digest = f"-{hashlib.sha256(encoded).hexdigest()[:16]}"
    kept = encoded[: LONGEST - len(digest) - len(suffix)].decode("utf-8", "ignore")
    return kept + digest + suffix


def _has_twin(image: Path) -> bool:
    """Whether the image's name without its suffix may be that of another image in its folder."""
    if image.suffix.lower() not in SUFFIXES or Path(image.stem).suffix.lower() in SUFFIXES:
        return True
    suffixes = {form for suffix in SUFFIXES for form in (suffix, suffix.upper())} - {image.suffix}
    return any(os.path.lexists(image.with_suffix(suffix)) for suffix in ("", *suffixes))


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


def write_file(path: Path, data: bytes) -> None:
    """Writes to a temporary name first, so that the file is complete when it appears."""
    partial = path.with_name(f".{uuid.uuid4().hex}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
