"""The serving folder on disk: `<push root>/<model name>/<version>/`, version = integer."""

from __future__ import annotations

import re
from pathlib import Path

VERSION = re.compile("0|[1-9][0-9]*")  # Without leading zeros.


def find_models(root: Path) -> dict[str, dict[int, Path]]:
    """The versions of each model below `root`; only those of `root` if it is a model's folder.

    A version is complete when its name is an integer, because it is published by a rename: other
    names, such as `.7.partial` and `007`, are ignored. A model's name may be digits too: `root` is
    a model's folder if one of its versions contains a SavedModel. Without `root`, there are none.
    """
    own = find_versions(root)
    if any((version / "saved_model.pb").is_file() for version in own.values()):
        return {root.resolve().name: own}
    models = {folder.name: find_versions(folder) for folder in _list_folders(root)}
    return {name: versions for name, versions in sorted(models.items()) if versions}


def find_versions(folder: Path) -> dict[int, Path]:
    """The versions in one model's folder, by number."""
    named = [path for path in _list_folders(folder) if VERSION.fullmatch(path.name)]
    return {int(path.name): path for path in named}


def _list_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.is_dir()]
