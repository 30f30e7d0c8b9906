"""Writes a file or a folder so that it appears only when it is complete."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fill_file(target: Path) -> Iterator[Path]:
    """Gives the name of a file to write, which becomes `target` at the end of the `with` block.

    It has the target's suffix. After an error in the block nothing is left of it.
    """
    with make_place(target) as place:
        unfinished = place / f"unfinished{target.suffix}"
        yield unfinished
        unfinished.replace(target)


@contextmanager
def fill_folder(folder: Path) -> Iterator[Path]:
    """Gives a folder to fill, which becomes `folder` at the end of the `with` block.

    After an error in the block nothing is left of it.
    """
    with make_place(folder) as place:
        unfinished = place / "unfinished"
        unfinished.mkdir()
        yield unfinished
        unfinished.replace(folder)


@contextmanager
def make_place(target: Path) -> Iterator[Path]:
    """A temporary folder next to the target, on the same disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as place:
        yield Path(place)


def is_filled(folder: Path) -> bool:
    """Whether the folder is there and has something in it."""
    return folder.is_dir() and any(folder.iterdir())
