"""The sources that `--data` may name in place of a folder: idx:mnist, tfds:tf_flowers ..."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.sources import idx_sets, tfds_sets

Fill = Callable[[str, Path], Path]  # From a name and a root, to the folder below the root.

SOURCES: dict[str, Fill] = {"idx": idx_sets.fetch, "tfds": tfds_sets.export}


def find_folder(data: str, root: Path) -> str:
    """The folder that `--data` means; a source fills one below `root` at first use.

    Raises SourceError or DownloadError.
    """
    kind, colon, name = data.partition(":")
    return str(SOURCES[kind](name, root)) if colon and kind in SOURCES else data
