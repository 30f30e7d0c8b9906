"""Lists a folder of images, and computes its fingerprint, on any storage that gfile reads.

There are two layouts: `<class>/<file>`, and `train/ val/ test/` with class folders in each, in
upper or lower case (`valid` and `validation` mean `val`). Every file at any depth in a class folder
counts, also hidden ones. Files elsewhere, and hidden folders next to class folders, are outside.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import tensorflow as tf

from components.errors import DataError
from trainer.class_names import breaks_lines
from trainer.data.records import SPLITS

SPLIT_FOLDERS = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}
LAYOUTS = "<class>/<file>, or train/ val/ test/ with <class>/<file> below each"
THREADS = 16


@dataclass(frozen=True)
class Pair:
    """What belongs to an image with a mask. Paths are empty if there is no file."""

    mask: str
    box: str = ""
    species: str = ""
    is_listed: bool = True  # False if the layout has a list, and the image is not in it.


@dataclass(frozen=True)
class ImageFile:
    """One image file."""

    path: str  # Relative to the folder that is ingested, with "/".
    label: str  # If there is a mask: the breed, or empty.
    split: str | None  # None if the content decides.
    pair: Pair | None = None  # None if the image has a class and no mask.


@dataclass(frozen=True)
class Listing:
    """All files of a folder."""

    files: tuple[ImageFile, ...]  # Sorted by path.
    classes: tuple[str, ...]  # Sorted.
    outside: tuple[str, ...]  # Paths of files that are in no class folder.


def find(input_base: str) -> Listing:
    """Lists the folder. Raises DataError if its layout is unknown."""
    folders, paths = walk(input_base)
    owners = _find_class_folders(input_base, folders)
    _check_names(input_base, owners)
    files, outside = [], []
    for path in paths:
        owner = next((folder for folder in _list_parents(path) if folder in owners), None)
        if owner is None:
            outside.append(path)
        else:
            files.append(ImageFile(path, owner.split("/")[-1], owners[owner]))
    _check_filled(input_base, owners, files)
    classes = sorted({file.label for file in files})
    _check_several(input_base, classes)
    return Listing(tuple(files), tuple(classes), tuple(outside))


def fingerprint(input_base: str) -> str:
    """Computes a digest of the path, size and modification time of every file."""
    _, paths = walk(input_base)
    with ThreadPoolExecutor(THREADS) as pool:  # Remote storage is slow, but answers in parallel.
        lines = pool.map(_read_state, (f"{input_base}/{path}" for path in paths))
        states = [f"{path}\0{line}\n" for path, line in zip(paths, lines, strict=True)]
    return hashlib.sha256("".join(states).encode("utf-8", "surrogateescape")).hexdigest()


def _read_state(path: str) -> str:
    try:
        found = tf.io.gfile.stat(path)
    except tf.errors.OpError as error:  # A broken link, for example, becomes a reject later.
        return error.__class__.__name__
    return f"{found.length} {found.mtime_nsec}"


def walk(base: str, layouts: str = LAYOUTS) -> tuple[list[str], list[str]]:
    """Lists the folders and files at any depth in `base`: sorted paths, relative to it."""
    if not tf.io.gfile.isdir(base):
        raise DataError(
            "folder_missing", f"The folder {base!r} does not exist. Give a folder with {layouts}."
        )
    folders, paths = [], []
    try:
        for root, _, names in tf.io.gfile.walk(base):
            folder = root[len(base) :].strip("/")
            folders.append(folder)
            paths += [f"{folder}/{name}".strip("/") for name in names if name]
    except UnicodeDecodeError as error:
        name = error.object
        raise DataError(
            "name_not_utf8", f"{base!r} contains a name that is not UTF-8: {name!r}. Rename it."
        ) from error
    except tf.errors.OpError as error:
        raise DataError(
            "folder_unreadable",
            f"{base!r} cannot be listed: {error.message}. Check its permissions.",
        ) from error
    return sorted(folders), sorted(paths)


def _find_class_folders(base: str, folders: list[str]) -> dict[str, str | None]:
    """Returns the split of each class folder; None if the content decides."""
    top = [name for name in folders if name and "/" not in name and not _is_hidden(name)]
    if not top:
        raise DataError(
            "no_class_folders", f"{base!r} contains no class folders. It must contain {LAYOUTS}."
        )
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
    """One class may be called "train", but two may not have the names of splits."""
    if len(named) > 1:
        others = [name for name in top if name not in named]
        raise DataError(
            "mixed_layout",
            f"{base!r} contains split folders ({', '.join(named)}) and other folders "
            f"({', '.join(others[:5])}). Move the others into the split folders, or remove them.",
        )


def _check_splits(base: str, found: set[str | None]) -> None:
    missing = [split for split in SPLITS if split not in found]
    if missing:
        raise DataError(
            "missing_split",
            f"{base!r} is already split, but {missing[0]}/ contains no class folders. Add them, "
            f"or put the class folders directly into {base!r}: ingestion then splits them.",
        )


def _check_names(base: str, owners: dict[str, str | None]) -> None:
    """Vocabularies and label files contain one name per line."""
    for folder in owners:
        if breaks_lines(folder):
            raise DataError(
                "bad_class_name",
                f"The name of the class folder {folder!r} in {base!r} contains a line break or "
                "another control character. Rename the folder.",
            )


def _check_several(base: str, classes: list[str]) -> None:
    if len(classes) < 2:
        raise DataError(
            "single_class",
            f"{base!r} contains only one class, {classes[0]!r}, but training needs at least two. "
            f"Add a class, or give the folder that contains {LAYOUTS}.",
        )


def _check_filled(base: str, owners: dict[str, str | None], files: list[ImageFile]) -> None:
    filled = {parent for file in files for parent in _list_parents(file.path)}
    empty = [folder for folder in owners if folder not in filled]
    if empty:
        raise DataError(
            "empty_class_folder",
            f"The class folder {base}/{empty[0]} is empty. Add images to it, or remove it.",
        )


def _list_parents(path: str) -> list[str]:
    """Lists the outermost two folders of a path, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, min(len(parts), 3))]


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
