"""A folder of images: its layouts, its files and its fingerprint, on any storage gfile reads.

Layouts are `<class>/<file>`, and `train/ val/ test/` with class folders below, in capitals or not
(`valid` and `validation` are read as `val`). Every file at any depth below a class folder counts,
hidden ones too. Files elsewhere, and hidden folders beside class folders, are listed as outside.
"""

from __future__ import annotations

import hashlib
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import tensorflow as tf

from components.errors import DataError
from trainer.data.records import SPLITS

SPLIT_FOLDERS = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}
LAYOUTS = "<class>/<file>, or train/ val/ test/ with <class>/<file> below each"
LINE_BREAKERS = ("Cc", "Zl", "Zp")  # Unicode: control characters, and separators of lines.
THREADS = 16


@dataclass(frozen=True)
class Pair:
    """What belongs to an image with a mask. Paths are empty where there is no file."""

    mask: str
    box: str = ""
    species: str = ""
    is_listed: bool = True  # False where the layout is one with a list, and it is in none.


@dataclass(frozen=True)
class ImageFile:
    """One image file."""

    path: str  # Below the folder that is ingested, with "/".
    label: str  # Beside a mask: the breed, or nothing.
    split: str | None  # None: decided by the content.
    pair: Pair | None = None  # None: the image has a class, and no mask.


@dataclass(frozen=True)
class Listing:
    """All that was found in a folder."""

    files: tuple[ImageFile, ...]  # Sorted by path.
    classes: tuple[str, ...]  # Sorted.
    outside: tuple[str, ...]  # Paths of files that are in no class folder.


def find(input_base: str) -> Listing:
    """Lists the folder. Raises DataError where it holds no layout that is known."""
    folders, paths = walk(input_base)
    owners = _class_folders(input_base, folders)
    _check_names(input_base, owners)
    files, outside = [], []
    for path in paths:
        owner = next((folder for folder in _parents(path) if folder in owners), None)
        if owner is None:
            outside.append(path)
        else:
            files.append(ImageFile(path, owner.split("/")[-1], owners[owner]))
    _check_filled(input_base, owners, files)
    classes = sorted({file.label for file in files})
    _check_several(input_base, classes)
    return Listing(tuple(files), tuple(classes), tuple(outside))


def fingerprint(input_base: str) -> str:
    """A digest of path, size and time of change of every file: changes when one of them does."""
    _, paths = walk(input_base)
    with ThreadPoolExecutor(THREADS) as pool:  # Remote storage answers slowly, but many at once.
        lines = pool.map(_state, (f"{input_base}/{path}" for path in paths))
        states = [f"{path}\0{line}\n" for path, line in zip(paths, lines, strict=True)]
    return hashlib.sha256("".join(states).encode("utf-8", "surrogateescape")).hexdigest()


def _state(path: str) -> str:
    try:
        found = tf.io.gfile.stat(path)
    except tf.errors.OpError as error:  # A broken link, for example: a reject later on.
        return error.__class__.__name__
    return f"{found.length} {found.mtime_nsec}"


def walk(base: str, layouts: str = LAYOUTS) -> tuple[list[str], list[str]]:
    """Folders and files at any depth below `base`: sorted paths that begin below it."""
    if not tf.io.gfile.isdir(base):
        raise DataError(f"There is no folder {base!r}: give one with {layouts}.")
    folders, paths = [], []
    try:
        for root, _, names in tf.io.gfile.walk(base):
            folder = root[len(base) :].strip("/")
            folders.append(folder)
            paths += [f"{folder}/{name}".strip("/") for name in names if name]
    except UnicodeDecodeError as error:
        name = error.object
        raise DataError(f"{base!r} holds a name that is not UTF-8: {name!r}. Rename it.") from error
    except tf.errors.OpError as error:
        raise DataError(f"{base!r} cannot be listed: {error.message}") from error
    return sorted(folders), sorted(paths)


def _class_folders(base: str, folders: list[str]) -> dict[str, str | None]:
    """The split of each class folder; None where the content decides."""
    top = [name for name in folders if name and "/" not in name and not _is_hidden(name)]
    if not top:
        raise DataError(f"{base!r} holds no class folders: it must hold {LAYOUTS}.")
    named = [name for name in top if name.casefold() in SPLIT_FOLDERS]
    if len(named) < len(top):
        _check_unmixed(base, top, named)
        return dict.fromkeys(top)
    pairs = [folder.split("/") for folder in folders if folder.count("/") == 1]
    owners: dict[str, str | None] = {
        f"{split}/{label}": SPLIT_FOLDERS[split.casefold()]
        for split, label in pairs
        if split in top and not _is_hidden(label)
    }
    _check_splits(base, set(owners.values()))
    return owners


def _check_unmixed(base: str, top: list[str], named: list[str]) -> None:
    """One class may be called "train", but not two of them like splits."""
    if len(named) > 1:
        others = [name for name in top if name not in named]
        raise DataError(
            f"{base!r} holds split folders ({', '.join(named)}) beside others "
            f"({', '.join(others[:5])}): move the others below the split folders, or away."
        )


def _check_splits(base: str, found: set[str | None]) -> None:
    missing = [split for split in SPLITS if split not in found]
    if missing:
        raise DataError(
            f"{base!r} is split already, and has no class folders in {missing[0]}/: add them, or "
            "put the class folders directly into it to have it split by content."
        )


def _check_names(base: str, owners: dict[str, str | None]) -> None:
    """Vocabularies and files of labels hold one name a line."""
    for folder in owners:
        if any(unicodedata.category(sign) in LINE_BREAKERS for sign in folder):
            raise DataError(
                f"The name of the class folder {folder!r} in {base!r} holds a line break or "
                "another control character: rename it without."
            )


def _check_several(base: str, classes: list[str]) -> None:
    if len(classes) < 2:
        raise DataError(
            f"{base!r} holds one class only, {classes[0]!r}, and two or more are needed: add one, "
            f"or give the folder that holds {LAYOUTS}."
        )


def _check_filled(base: str, owners: dict[str, str | None], files: list[ImageFile]) -> None:
    filled = {parent for file in files for parent in _parents(file.path)}
    empty = [folder for folder in owners if folder not in filled]
    if empty:
        raise DataError(f"The class folder {base}/{empty[0]} is empty: add images or remove it.")


def _parents(path: str) -> list[str]:
    """The folders above a path, outermost first, no more than two of them."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, min(len(parts), 3))]


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
