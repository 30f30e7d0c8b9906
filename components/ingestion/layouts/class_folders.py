"""Which folders are classes, and of which split their images are.

Splits are the first level or the second one: `train/<class>/`, or `<class>/train/`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from components.errors import DataError
from components.ingestion.layouts import left_out, sides, split_folders, split_words
from components.ingestion.layouts.traversal import Tree
from serving.left_out import is_visible
from trainer.class_names import breaks_lines, is_blank

LAYOUTS = (
    "<class>/<file>, or train/ val/ test/ with <class>/<file> below each, or <class>/ with train/ "
    "val/ test/ below each"
)
OF_TEXTS = frozenset(
    {"annotations", "annotation", "labels", "label", "splits", "split", "lists", "imagesets"}
    | {"meta", "docs", "doc"}
)  # Folders with such a name are not classes, if they contain no images.

FOLD = re.compile(r"(k?fold|cv|part|set|subset|split|batch)[-_ ]?\d+")


class Owner(NamedTuple):
    """What the files of a folder are."""

    label: str
    split: str | None  # None if a list or the content decides.


def find(base: str, tree: Tree, images: Sequence[str]) -> dict[str, Owner]:
    """Returns the folders whose files belong to a class. Raises DataError for an unknown layout."""
    visible = [f for f in tree.folders if f and all(map(is_visible, f.split("/")))]
    sides.check_classes(base, visible, images)
    level = _Levels(visible, images)
    tops = level.list_in("")
    if not tops:
        raise DataError(
            "no_class_folders", f"{base!r} contains no class folders. It must contain {LAYOUTS}."
        )
    named = split_folders.find_splits(tops)
    if len(named) == len(tops):
        owners = _read_splits_first(base, named, level)
    else:
        _check_unmixed(base, tops, list(named), level)
        owners = _read_classes_first(base, tops, level)
    _check_names(base, owners)
    _check_filled(base, owners, level)
    is_split = any(owner.split for owner in owners.values())
    used = {owner.rpartition("/")[0] for owner in owners} | {""} if is_split else {""}
    split_folders.check_all_read(base, level.filled if is_split else visible, used)
    return owners


class _Levels:
    """The folders of the first two levels, and whether images are in them."""

    def __init__(self, folders: Sequence[str], images: Sequence[str]) -> None:
        self._inner: dict[str, list[str]] = {}
        for folder in folders:
            self._inner.setdefault(folder.rpartition("/")[0], []).append(folder)
        self.filled = {path[:n] for path in images for n, sign in enumerate(path) if sign == "/"}
        self._direct = {path.rpartition("/")[0] for path in images}

    def list_in(self, parent: str) -> list[str]:
        """Names of the folders in a folder, without those of texts only."""
        return [
            folder.rpartition("/")[2]
            for folder in self._inner.get(parent, [])
            if folder in self.filled or folder.rpartition("/")[2].casefold() not in OF_TEXTS
        ]

    def has_files(self, folder: str) -> bool:
        """Whether there are images directly in the folder."""
        return folder in self._direct


def _read_splits_first(base: str, named: dict[str, str], level: _Levels) -> dict[str, Owner]:
    splits = {(top, label): split for top, split in named.items() for label in level.list_in(top)}
    labels = sorted({label for _, label in splits})
    if labels and len(split_folders.find_splits(labels)) == len(labels):
        raise DataError(
            "split_ignored",
            f"{base!r} contains {left_out.name_some(sorted(named))} and in these "
            f"{left_out.name_some(labels)}, which are not classes. Move the folders of the classes "
            "up by one level.",
        )
    completed = split_folders.complete(repr(base), splits)
    return {f"{top}/{label}": Owner(label, split) for (top, label), split in completed.items()}


def _read_classes_first(base: str, tops: list[str], level: _Levels) -> dict[str, Owner]:
    _check_no_folds(base, tops)
    inner = {top: split_folders.find_splits(level.list_in(top)) for top in tops}
    if not any(len(set(splits.values())) > 1 for splits in inner.values()):
        return {top: Owner(top, None) for top in tops}
    owners = {}
    for top in tops:
        others = sorted(set(level.list_in(top)) - set(inner[top]))
        if others or not inner[top] or level.has_files(top):
            found = ", ".join(others[:3]) or "files" if inner[top] else "no folders of splits"
            raise DataError(
                "mixed_layout",
                f"Other classes in {base!r} are split into train/ and test/, but {top}/ contains "
                f"{found}. Split each class so, or none.",
            )
        for name, split in split_folders.complete(f"{base}/{top}", inner[top]).items():
            owners[f"{top}/{name}"] = Owner(top, split)
    return owners


def _check_no_folds(base: str, tops: list[str]) -> None:
    named = max(split_folders.find_beginnings(tops), split_words.find_twins(tops), key=len)
    parts = list(named.values())
    folds = tops if all(FOLD.fullmatch(top.casefold()) for top in tops) else []
    if folds or len(parts) > 1:
        raise DataError(
            "split_ignored",
            f"{base!r} contains {left_out.name_some(folds or parts)}, which look like parts of the "
            "data rather than classes. Put the class folders into train/, val/ and test/, or "
            "rename the classes.",
        )


def _check_unmixed(base: str, tops: list[str], named: list[str], level: _Levels) -> None:
    """One class may be called "train", but two may not have the names of splits."""
    if len(named) > 1 or any(
        len(level.list_in(top)) > 1 and not level.has_files(top) for top in named
    ):
        others = [name for name in tops if name not in named]
        raise DataError(
            "mixed_layout",
            f"{base!r} contains split folders ({', '.join(named[:5])}) and other folders "
            f"({', '.join(others[:5])}). Move the others into the split folders, or remove them.",
        )


def _check_names(base: str, owners: dict[str, Owner]) -> None:
    """Vocabularies and label files contain one name per line."""
    for folder in owners:
        if breaks_lines(folder) or any(map(is_blank, folder.split("/"))):
            raise DataError(
                "bad_class_name",
                f"The name of the class folder {folder!r} in {base!r} is blank, or contains a line "
                "break or another control character. Rename the folder.",
            )


def _check_filled(base: str, owners: dict[str, Owner], level: _Levels) -> None:
    empty = [folder for folder in owners if folder not in level.filled]
    if empty:
        raise DataError(
            "empty_class_folder",
            f"The class folder {base}/{empty[0]} contains no images. Add images to it, or remove "
            "it.",
        )
