"""The files that `fcn predict` writes of masks: each mask, and a picture of it over its image."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serving import overlay
from serving.answers import Segmentation


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
    """Writes the mask and the overlay of one image into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    mask, picture = folder / f"{path.stem}.mask.png", folder / f"{path.stem}.overlay.png"
    _write(mask, overlay.with_palette(overlay.ids(answer.mask)))
    _write(picture, overlay.overlay(encoded, answer.mask, answer.class_fractions))
    return MaskFiles(path, mask, picture, answer.class_fractions)


def _write(path: Path, data: bytes) -> None:
    """Under another name first, so that it is complete when it becomes visible."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(partial).replace(path)
