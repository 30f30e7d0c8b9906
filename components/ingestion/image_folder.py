"""Lists a folder of images with a folder for each class, and computes its fingerprint.

Works on any storage that gfile reads. Every image at any depth in a class folder counts. Folders
named as splits, or split lists, decide the splits; without them, the content does. Other files are
left out: see layouts/left_out.py. If there are IDX files, their images are listed: see idx/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import tensorflow as tf

from components.errors import DataError
from components.ingestion.idx import members
from components.ingestion.idx.members import Pair
from components.ingestion.layouts import (
    class_folders,
    left_out,
    split_lists,
    split_words,
    traversal,
)
from components.ingestion.layouts.class_folders import LAYOUTS
from components.ingestion.layouts.split_folders import TRAIN_AND_VAL
from components.ingestion.layouts.split_lists import SplitList
from components.ingestion.layouts.traversal import Tree
from serving.left_out import find_kind

THREADS = 16  # Storage may be slow, but answers in parallel.
BY_CONTENT, BY_FOLDERS, BY_LISTS, BY_NAMES = "content", "folders", "lists", "names"


@dataclass(frozen=True)
class MaskAndBoxes:
    """The mask and boxes of an image, and its species. A path is empty if there is no file."""

    mask: str
    box: str = ""
    species: str = ""
    is_listed: bool = True  # False if the layout has a list, and the image is not in it.
    explanation: str = ""  # Why there is no mask.


@dataclass(frozen=True)
class ImageFile:
    """One image file."""

    path: str  # Relative to the folder that is ingested, with "/".
    label: str  # If there is a mask: the breed, or empty.
    split: str | None  # None if the content decides; TRAIN_AND_VAL if it decides on val.
    pair: MaskAndBoxes | None = None  # None if the image has a class and no mask.


@dataclass(frozen=True)
class Listing:
    """All files of a folder: images, companions, and what is left out."""

    files: tuple[ImageFile, ...]  # Sorted by path.
    classes: tuple[str, ...]  # Sorted.
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)  # Paths by kind.
    companions: int = 0  # Masks, boxes and lists that belong to the images.
    splits_by: str = BY_CONTENT

    @property
    def takes_val_from_train(self) -> bool:
        """Whether the data has no val of its own, but a test."""
        return any(file.split == TRAIN_AND_VAL for file in self.files)


def find(input_base: str, *, follow_links: bool = False) -> Listing:
    """Lists the folder. Raises DataError if its layout is unknown."""
    tree = traversal.walk(input_base, LAYOUTS, follow_links=follow_links)
    with traversal.explain_links(tree):
        pairs = members.find_pairs(input_base, tree.files)
        return _list_idx(input_base, tree, pairs) if pairs else _list(input_base, tree)


def _list_idx(base: str, tree: Tree, pairs: Sequence[Pair]) -> Listing:
    """Lists the images of IDX files; all other files are left out."""
    files = [ImageFile(*member) for member in members.list_members(base, pairs)]
    classes = sorted({file.label for file in files})
    _check_several(base, classes)
    used = {file.path for file in files}.union(*pairs)
    listing = make_listing(tree, files, classes, used, ())
    by_names = listing.splits_by == BY_FOLDERS
    return replace(listing, splits_by=BY_NAMES) if by_names else listing


def _list(base: str, tree: Tree) -> Listing:
    images = [path for path in tree.files if not find_kind(path)]
    owners = class_folders.find(base, tree, images)
    files = []
    for path in images:
        owner = next((owners[f] for f in _list_parents(path) if f in owners), None)
        if owner:
            files.append(ImageFile(path, owner.label, owner.split))
    classes = sorted({file.label for file in files})
    _check_several(base, classes)
    files, lists = read_lists(base, tree, files, split_lists.OF_CLASSES)
    missed = [file.path for file in files if lists and not file.split]
    split_lists.check_all_named(base, lists, missed)
    return make_listing(tree, files, classes, {file.path for file in files}, lists)


def read_lists(
    base: str, tree: Tree, files: Sequence[ImageFile], places: Sequence[str]
) -> tuple[list[ImageFile], list[SplitList]]:
    """Sets the splits of files by split lists, unless folders split them. Returns the lists, too.

    Files in no list keep None. Raises DataError if lists do not fit the files or their folders.
    """
    lists = split_lists.find(base, tree.files, places)
    if any(file.split for file in files):
        split_lists.check_agreement(base, lists, {file.path: file.split or "" for file in files})
        return list(files), []
    if not lists:
        split_lists.check_readable(base, tree.files)
        split_words.check_file_names(base, [file.path for file in files])
        return list(files), []
    splits = split_lists.assign(base, lists, [file.path for file in files])
    return [replace(file, split=splits.get(file.path)) for file in files], lists


def make_listing(
    tree: Tree,
    files: Sequence[ImageFile],
    classes: Sequence[str],
    used: set[str],
    lists: Sequence[SplitList],
) -> Listing:
    """Makes a listing from images; `used` are their paths, and those of masks and boxes."""
    used = used.union(each.path for each in lists)
    others = [path for path in tree.files if path not in used]
    is_split = any(file.split for file in files)
    return Listing(
        files=tuple(sorted(files, key=lambda file: file.path)),
        classes=tuple(classes),
        left_out=left_out.group(others, tree.skipped),
        companions=len(used) - len(files),
        splits_by=BY_LISTS if lists else BY_FOLDERS if is_split else BY_CONTENT,
    )


def compute_fingerprint(input_base: str, *, follow_links: bool = False) -> str:
    """Computes a digest of the path, size and modification time of every file."""
    paths = traversal.walk(input_base, LAYOUTS, follow_links=follow_links).files
    digest = hashlib.sha256()
    with ThreadPoolExecutor(THREADS) as pool:
        lines = pool.map(_read_state, (f"{input_base}/{path}" for path in paths))
        for path, line in zip(paths, lines, strict=True):
            digest.update(f"{path}\0{line}\n".encode())
    return digest.hexdigest()


def _read_state(path: str) -> str:
    try:
        found = tf.io.gfile.stat(path)
    except tf.errors.OpError as error:  # A broken link, for example, becomes a reject later.
        return error.__class__.__name__
    return f"{found.length} {found.mtime_nsec}"


def _check_several(base: str, classes: list[str]) -> None:
    if len(classes) < 2:
        raise DataError(
            "single_class",
            f"{base!r} contains only one class, {classes[0]!r}, but training needs at least two. "
            f"Add a class, or give the folder that contains {LAYOUTS}.",
        )


def _list_parents(path: str) -> list[str]:
    """Lists the outermost two folders of a path, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, min(len(parts), 3))]
