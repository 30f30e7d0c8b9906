"""The usual names of splits, and what a folder that is already split must contain."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from components.errors import DataError
from components.ingestion.layouts import left_out
from serving.left_out import is_visible

TRAIN_AND_VAL = "train+val"  # The content decides which of the two; never test.
WORDS = {
    "train": ("train", "training", "trn"),
    "val": ("val", "valid", "validation", "dev", "eval"),
    "test": ("test", "testing", "tst"),
    TRAIN_AND_VAL: ("trainval", "train_val", "train-val"),
}
ENDING = r"([-_ ]?(set|data|images|imgs|split|\d{4}))?"  # train_set, train2017.
BEGINNINGS = {
    split: re.compile(f"(?i:{'|'.join(words)})(?![a-z])") for split, words in WORDS.items()
}

FOLD = re.compile(r"(k?fold|cv|split)[-_ ]?\d+")

Key = TypeVar("Key")


def find_split(name: str) -> str | None:
    """Returns the split that a folder, or the stem of a list, names; in any capitals."""
    folded = name.casefold()
    for split, words in WORDS.items():
        if re.fullmatch(f"({'|'.join(words)}){ENDING}", folded):
            return split
    return None


def find_splits(names: Iterable[str]) -> dict[str, str]:
    """Returns the names that are splits: also with a prefix in common, such as seg_train, seg_test.

    With a prefix there must be several splits: a class may be called steam_train.
    """
    names = sorted(names)
    found = {name: split for name in names if (split := find_split(name))}
    if found or len(names) < 2:
        return found
    prefix = re.sub(r"[^-_ ]*$", "", os.path.commonprefix(names))  # noqa: RUF071
    found = {name: split for name in names if (split := find_split(name[len(prefix) :]))}
    return found if len(set(found.values())) > 1 else {}


def find_beginnings(names: Iterable[str]) -> dict[str, str]:
    """Returns a name for each split with which a name begins, such as train_x and testA."""
    found: dict[str, str] = {}
    for name in names:
        split = next((split for split, word in BEGINNINGS.items() if word.match(name)), None)
        if split:
            found.setdefault(split, name)
    return found


def complete(place: str, splits: Mapping[Key, str]) -> dict[Key, str]:
    """Checks the splits that are given, and lets val come from train if it is not.

    Raises DataError if there is no train or no test: neither may come from the other.
    """
    found = set(splits.values())
    both = TRAIN_AND_VAL in found
    if both and "train" in found:
        raise DataError(
            "mixed_layout", f"{place} is split into both train and trainval. Remove one of them."
        )
    missing = [split for split in ("train", "test") if split not in found]
    if missing and not (both and missing == ["train"]):
        raise DataError(
            "missing_split",
            f"{place} is already split{' into ' if found else ''}{', '.join(sorted(found))}, but "
            f"{missing[0]}/ is missing or contains no images of a known layout. Add {missing[0]}, "
            f"or rename what is to be {missing[0]}. Only val may be missing: it is then taken from "
            "train.",
        )
    if "val" in found and not both:
        return dict(splits)
    return {key: TRAIN_AND_VAL if split == "train" else split for key, split in splits.items()}


def check_all_read(base: str, folders: Iterable[str], used: Iterable[str]) -> None:
    """Raises DataError if a folder is split, and is not in `used`: the folders read as split."""
    children: dict[str, list[str]] = {}
    for folder in folders:
        parent, _, name = folder.rpartition("/")
        if all(map(is_visible, folder.split("/"))):
            children.setdefault(parent, []).append(name)
    for parent in sorted(set(children) - set(used)):
        splits = find_splits(children[parent])
        folds = [name for name in children[parent] if FOLD.fullmatch(name.casefold())]
        if len(set(splits.values())) > 1 or len(folds) > 1:
            names = left_out.name_some(sorted(splits) or folds)
            raise DataError(
                "split_ignored",
                f"{base}/{parent} is split into {names}, but folders of splits can be read only "
                "as the first or second level, in every class or side. Move them there, or rename "
                "them if they are not splits.",
            )
