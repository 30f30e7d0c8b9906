"""The files that `fcn predict` writes of masks: each mask, and a picture of it over its image."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serving import overlay
from serving.client.answers import Segmentation
from serving.rgb_images import UNREADABLE


@dataclass(frozen=True)
class MaskFiles:
    """Where one image's answer was written."""

    image: Path
    mask: Path
    overlay: Path
    class_fractions: dict[str, float]


def check_names(images: Sequence[Path]) -> None:
    """Raises ValueError where two images' answers would be written to one file."""
    seen: dict[str, Path] = {}
    for path in images:
        if path.stem in seen:
            raise ValueError(
                f"{seen[path.stem]} and {path} would both be answered in {path.stem}.mask.png: ask "
                "about them one after the other, with another --output."
            )
        seen[path.stem] = path


def write(path: Path, encoded: bytes, answer: Segmentation, folder: Path) -> MaskFiles:
    """Writes the mask and the overlay of one image into the folder.

    Raises ValueError where the answer is no mask of the image, OSError where the folder takes none.
    """
    mask, picture = _draw(path, encoded, answer)
    folder.mkdir(parents=True, exist_ok=True)
    mask_file, picture_file = (folder / f"{path.stem}.{kind}.png" for kind in ("mask", "overlay"))
    _write(mask_file, mask)
    _write(picture_file, picture)
    return MaskFiles(path, mask_file, picture_file, answer.class_fractions)


def _draw(path: Path, encoded: bytes, answer: Segmentation) -> tuple[bytes, bytes]:
    """The PNG of the mask, and that of the mask over its image."""
    try:
        mask = overlay.ids(answer.mask)
        picture = overlay.overlay(encoded, mask, answer.class_fractions)
        return overlay.with_palette(mask), picture
    except UNREADABLE as error:
        raise ValueError(
            f"The mask that came back for {path} cannot be shown over it: {error}. What the model "
            "answers must be a PNG of one byte a pixel, in the size of the image."
        ) from error


def _write(path: Path, data: bytes) -> None:
    """Under another name first, so that it is complete when it becomes visible."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
