"""Names and writes the files of answers, one or more for each image."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

from serving.prediction.image_files import SUFFIXES

LONGEST = 255  # Bytes of a file's name, on most file systems.


def write_file(path: Path, data: bytes) -> None:
    """Writes to a temporary name first, so that the file is complete when it appears."""
    partial = path.with_name(f".{uuid.uuid4().hex}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


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
