"""The photographs of the first two rows: scaled to the size that `flowers` trains on."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

OF_EACH_CLASS = 40
SUFFIXES = {".jpg", ".jpeg", ".png"}


def scale(folder: Path, target: Path, side: int) -> None:
    """Writes the first images of each class with their longer side of `side` pixels, as JPEG.

    Raises FileNotFoundError for a folder that has no images in folders of classes.
    """
    names = [path for path in sorted(folder.glob("*/*")) if path.suffix.lower() in SUFFIXES]
    if not names:
        raise FileNotFoundError(f"No JPEG or PNG files in the folders of {folder}.")
    for label in sorted({path.parent.name for path in names}):
        (target / label).mkdir(parents=True)
        for path in [path for path in names if path.parent.name == label][:OF_EACH_CLASS]:
            with Image.open(path) as image:
                factor = side / max(image.size)
                size = [max(1, round(length * factor)) for length in image.size]
                scaled = image.convert("RGB").resize(size)
            scaled.save(target / label / f"{path.stem}.jpg", quality=95)
