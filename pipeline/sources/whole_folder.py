"""A folder that appears only when it is complete."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def is_filled(folder: Path) -> bool:
    """Whether the folder is there and has something in it."""
    return folder.is_dir() and any(folder.iterdir())


@contextmanager
def fill(folder: Path) -> Iterator[Path]:
    """Gives a folder to fill, which becomes `folder` at the end of the `with` block.

    After an error in the block nothing is left of it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        unfinished = Path(temporary, "unfinished")
        unfinished.mkdir()
        yield unfinished
        unfinished.replace(folder)
