"""Writes a file so that it appears only when it is complete."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fill(target: Path) -> Iterator[Path]:
    """Gives a temporary name with the target's suffix; the file gets its own at the end.

    After an error in the `with` block nothing is left of it. Creates the folder.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{uuid.uuid4().hex}{target.suffix}")
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
