"""Writes a file or a folder so that it appears only when it is complete."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fill(target: Path) -> Iterator[Path]:
    """Gives a temporary name with the target's suffix, for a file or a folder to be made.

    It gets its own name at the end; after an error in the `with` block nothing is left of it.
    Creates the folder around it. A folder cannot replace one that contains files.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{uuid.uuid4().hex}{target.suffix}")
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        unfinished.unlink(missing_ok=True)
