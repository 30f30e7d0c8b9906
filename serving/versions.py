"""The serving folder on disk: `<push root>/<model name>/<version>/`, version = integer."""

from __future__ import annotations

import re
from pathlib import Path

VERSION = re.compile("0|[1-9][0-9]*")  # An integer as integers are written.


def find_models(root: Path) -> dict[str, dict[int, Path]]:
    """The versions of each model below `root`; or of `root` alone, if it is a model's own folder.

    A version is complete when its name is an integer (it is published by a rename), so that other
    names, such as `.7.partial`, count for nothing; nor does `007`, which is no integer's own name.
    A model may be named by digits alone: the root is a model where a SavedModel lies in a version.
    A root that is not there holds no models.
    """
    own = find_versions(root)
    if any((version / "saved_model.pb").is_file() for version in own.values()):
        return {root.resolve().name: own}
    models = {folder.name: find_versions(folder) for folder in _folders(root)}
    return {name: versions for name, versions in sorted(models.items()) if versions}


def find_versions(folder: Path) -> dict[int, Path]:
    """The versions in one model's folder, by number."""
    named = [path for path in _folders(folder) if VERSION.fullmatch(path.name)]
    return {int(path.name): path for path in named}


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.is_dir()]
