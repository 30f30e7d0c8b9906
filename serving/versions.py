"""The serving folder on disk: `<push root>/<model name>/<version>/`, version = integer."""

from __future__ import annotations

import re
from pathlib import Path

VERSION = re.compile("0|[1-9][0-9]*")  # As we write it: without leading zeros.
DIGITS = re.compile("[0-9]+")
LARGEST = 2**63 - 1  # TF Serving's versions are int64.


def find_models(root: Path) -> dict[str, dict[int, Path]]:
    """The versions of each model below `root`; only those of `root` if it is a model's folder.

    A version is complete when its name is an integer, because it is published by a rename: other
    names, such as `.7.partial`, are ignored. A model's name may be digits too: `root` is a model's
    folder if one of its versions contains a SavedModel. Without `root`, there are none.
    """
    own = find_versions(root)
    if any((version / "saved_model.pb").is_file() for version in own.values()):
        return {root.resolve().name: own}
    models = {folder.name: find_versions(folder) for folder in _list_folders(root)}
    return {name: versions for name, versions in sorted(models.items()) if versions}


def find_versions(folder: Path) -> dict[int, Path]:
    """The versions in one model's folder, by number, as TF Serving reads them: 007 is version 7.

    If a folder contains both 7 and 007, version 7 is the first.
    """
    named = [path for path in _list_folders(folder) if DIGITS.fullmatch(path.name)]
    longest_first = sorted(named, key=lambda path: len(path.name), reverse=True)
    found = {_read_number(path.name): path for path in longest_first}
    return {number: path for number, path in sorted(found.items()) if number <= LARGEST}


def _read_number(digits: str) -> int:
    """Its value, or one that is too large: Python refuses to convert thousands of digits."""
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= len(str(LARGEST)) else LARGEST + 1


def _list_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.is_dir()]
