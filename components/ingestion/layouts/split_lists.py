"""Split lists: text files that name the images of each split, one a line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import tensorflow as tf

from components import atomic_text
from components.errors import DataError
from components.ingestion.layouts import split_folders, split_words
from components.ingestion.layouts.left_out import name_some
from components.ingestion.layouts.split_folders import TRAIN_AND_VAL
from serving.left_out import is_visible

PLACES = ("", "splits", "split", "lists", "imagesets/segmentation", "imagesets", "annotations")
OF_CLASSES = ("", "splits", "split", "lists", "imagesets/main", "imagesets", "annotations")
UNREADABLE = frozenset(
    {".txt", ".csv", ".tsv", ".json", ".jsonl", ".lst", ".list", ".yaml", ".yml", ".xml", ".idx"}
    | {".mat", ".npy", ".npz", ".pkl", ".pickle", ".h5", ".parquet", ".xls", ".xlsx", ""}
)  # Extensions of lists that are not read.
OF_ALL_SPLITS = re.compile(r"(?i)(.*[^a-z])?(splits?|partitions?|k?folds?|set_?ids?)([^a-z].*)?")


class SplitList(NamedTuple):
    """A list of the images of one split."""

    path: str  # Relative to the folder of images.
    split: str


class Line(NamedTuple):
    """A line of a list, and the image that it names; None if there is no such image."""

    place: str  # For messages: file, number and text.
    split: str
    image: str | None


def find(base: str, paths: Sequence[str], places: Sequence[str] = PLACES) -> list[SplitList]:
    """Finds the lists in the usual places. Raises DataError if two places have some."""
    found: dict[str, list[SplitList]] = {}
    for path in paths:
        folder, _, name = path.casefold().rpartition("/")
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        split = split_folders.find_split(stem)
        if folder in places and suffix == ".txt" and split:
            found.setdefault(folder, []).append(SplitList(path, split))
    if len(found) > 1:
        first, second = (found[folder][0].path for folder in sorted(found)[:2])
        raise DataError(
            "split_lists_in_two_places",
            f"{base!r} contains split lists in two places: {first} and {second}. Remove one.",
        )
    return _drop_union(next(iter(found.values()), []))


def check_readable(base: str, paths: Sequence[str]) -> None:
    """Raises DataError for lists elsewhere or of another format, if the folder is not split."""
    stems = {p.stem for p in map(PurePosixPath, paths) if p.suffix.casefold() not in UNREADABLE}
    names: dict[str, list[str]] = {}
    for path in filter(is_visible, paths):
        folder, _, name = path.rpartition("/")
        of_image = PurePosixPath(name).stem in stems  # The annotation of one image.
        if PurePosixPath(name.casefold()).suffix in UNREADABLE and not of_image:
            names.setdefault(folder, []).append(name)
    for folder, inner in names.items():
        if unread := _find_unread(inner):
            found = name_some([f"{folder}/{name}".lstrip("/") for name in unread])
            raise DataError(
                "split_list_ignored",
                f"{base!r} contains {found}: it looks like a split list, but not as it can be "
                f"read. Write train.txt, val.txt and test.txt into {base} with the path of an "
                "image in each line, or move these files out of it.",
            )


def _find_unread(names: Sequence[str]) -> list[str]:
    """Returns files of one folder that name splits: several of them, or the test alone."""
    stems = {PurePosixPath(name).stem: name for name in names}
    of_all = [name for stem, name in stems.items() if OF_ALL_SPLITS.fullmatch(stem)]
    of_test = [name for stem, name in stems.items() if split_folders.find_split(stem) == "test"]
    several = max(split_words.find_named(names), split_words.find_twins(names), key=len)
    return of_all or (sorted(several.values()) if len(several) > 1 else of_test)


def _drop_union(lists: list[SplitList]) -> list[SplitList]:
    """trainval.txt next to train.txt says nothing new."""
    if any(each.split == "train" for each in lists):
        return [each for each in lists if each.split != TRAIN_AND_VAL]
    return lists


def assign(base: str, lists: Sequence[SplitList], images: Sequence[str]) -> dict[str, str]:
    """Returns the split of each image that is named.

    Raises DataError for a line that names no image, or one of another split.
    """
    split_folders.complete(f"{base!r}, by its split lists,", {each: each.split for each in lists})
    named: dict[str, Line] = {}
    for line in _read_lines(base, lists, images):
        if line.image is None:
            raise DataError(
                "split_list_names_no_image",
                f"{line.place}: no image has this path. Fix or remove the line: it must begin with "
                f"the path of one image, or enough of its end to be the only one.",
            )
        before = named.setdefault(line.image, line)
        if before.split != line.split:
            raise DataError(
                "split_list_contradiction",
                f"{before.place} and {line.place} put the same image into two splits. Remove one "
                "of the lines.",
            )
    return split_folders.complete(base, {image: line.split for image, line in named.items()})


def check_all_named(base: str, lists: Sequence[SplitList], missed: Sequence[str]) -> None:
    """Raises DataError for images in no list."""
    if missed:
        names = ", ".join(each.path for each in lists)
        raise DataError(
            "split_list_incomplete",
            f"{len(missed):,} images of {base!r} are in none of its split lists ({names}): "
            f"{name_some(missed)}. Add them to a list, or move them out of the folder.",
        )


def check_agreement(base: str, lists: Sequence[SplitList], splits: dict[str, str]) -> None:
    """Raises DataError for a line that contradicts the split of the image's folder."""
    for line in _read_lines(base, lists, list(splits)):
        split = splits.get(line.image or "", line.split)
        if line.split != split and "test" in (line.split, split):
            raise DataError(
                "split_list_contradiction",
                f"{line.place} is in the split {split} by its folder. Remove the list, or move the "
                "image.",
            )


def _read_lines(base: str, lists: Sequence[SplitList], images: Sequence[str]) -> Iterator[Line]:
    index = _index(images)
    for each in lists:
        for number, text in enumerate(read_text_lines(f"{base}/{each.path}"), start=1):
            if text.strip() and not text.lstrip().startswith("#"):
                place = f"{base}/{each.path}, line {number}: {text[:200]!r}"
                yield Line(place, each.split, _find_image(text, index))


def read_text_lines(path: str) -> list[str]:
    """Reads a list. Raises DataError if it is not UTF-8, or a file that might block its reader."""
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        raise DataError("list_unreadable", f"{path} is a pipe, a socket or a device. Remove it.")
    try:
        return atomic_text.read(path).lstrip("\ufeff").splitlines()
    except (UnicodeDecodeError, tf.errors.OpError) as error:
        raise DataError(
            "list_unreadable", f"{path} cannot be read as UTF-8: {error}. Fix it, or remove it."
        ) from error


def _index(images: Sequence[str]) -> dict[str, str | None]:
    """Indexes images by every end of their path, with and without extension; None if two fit."""
    index: dict[str, str | None] = {}
    whole: dict[str, str | None] = {}
    for path in images:
        whole[path] = path
        parts = path.split("/")
        for depth in range(len(parts)):
            for key in _write_both_ways("/".join(parts[depth:])):
                index[key] = path if index.get(key, path) == path else None
    return index | whole


def _write_both_ways(path: str) -> set[str]:
    return {path, str(PurePosixPath(path).with_suffix(""))}


def _find_image(text: str, index: dict[str, str | None]) -> str | None:
    """Finds the image that a line begins with: names may contain spaces, other words may follow."""
    line = text.strip()
    ends = [found.start() for found in re.finditer(r"[,;\s]+", line)]
    for end in (len(line), *reversed(ends)):
        words = line[:end].strip().strip("\"'").replace("\\", "/")
        parts = re.sub(r"^(\./|/)+", "", words).split("/")
        for depth in range(len(parts)):  # Also below a folder of another machine.
            found = index.get("/".join(parts[depth:]))
            if found and (depth == 0 or parts[depth:] == found.split("/")):
                return found
    return None
