"""Lists a folder of images and masks, with what it contains about each image.

There are two layouts: that of the Oxford-IIIT pets (`images/`, `annotations/trimaps/`,
`annotations/list.txt`, `annotations/xmls/`), and `images/` and `masks/`, which may be split: see
layouts/paired_files.py. A mask has the name of its image, with data.mask.suffix, except for the
extension. Split lists
decide the splits, if there are any; other files are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from components.errors import DataError
from components.ingestion.image_folder import (
    ImageFile,
    Listing,
    MaskAndBoxes,
    make_listing,
    read_lists,
)
from components.ingestion.layouts import left_out, paired_files, split_lists, traversal
from components.ingestion.layouts.nearest_names import NearestNames, explain_missing
from components.ingestion.layouts.paired_files import LAYOUTS, Member
from components.ingestion.layouts.split_folders import TRAIN_AND_VAL
from components.ingestion.layouts.traversal import Tree
from serving.left_out import find_kind, is_visible
from trainer.class_names import breaks_lines

IMAGES = "images"
TRIMAPS, BOXES, LIST = "annotations/trimaps", "annotations/xmls", "annotations/list.txt"
SPECIES = {"1": "cat", "2": "dog"}


class ListEntry(NamedTuple):
    """What annotations/list.txt contains about an image."""

    breed: str
    species: str


def find(input_base: str, *, follow_links: bool = False, suffix: str = "") -> Listing:
    """Lists the folder. Masks' names may end in a suffix. Raises DataError if it is unknown."""
    tree = traversal.walk(input_base, LAYOUTS, follow_links=follow_links)
    images = [path for path in tree.files if not find_kind(path)]
    is_pets = any(path.startswith(f"{TRIMAPS}/") for path in images)
    with traversal.explain_links(tree):
        return (_list_pets if is_pets else _list_pairs)(input_base, tree, images, suffix)


def _list_pairs(base: str, tree: Tree, images: Sequence[str], suffix: str) -> Listing:
    found = [
        ImageFile(pair.image, "", pair.split, MaskAndBoxes(pair.mask, explanation=pair.explanation))
        for pair in paired_files.find(base, tree, images, suffix=suffix)
    ]
    files, lists = read_lists(base, tree, found, split_lists.PLACES)
    kept = [file for file in files if file.split or not lists]
    unnamed = [file for file in files if lists and not file.split]
    split_lists.check_all_named(base, lists, [f.path for f in unnamed if f.pair and f.pair.mask])
    skipped = dict.fromkeys((file.path for file in unnamed), left_out.IN_NO_LIST)
    tree = replace(tree, skipped=tree.skipped | skipped)
    return make_listing(tree, kept, (), _collect_used(kept), lists)


def _list_pets(base: str, tree: Tree, images: Sequence[str], suffix: str) -> Listing:
    entries = _read_list(base) if LIST in tree.files else {}
    boxes = _index([path for path in tree.files if path.lower().endswith(".xml")], BOXES)
    masks = _index(images, TRIMAPS, suffix)
    nearest = NearestNames(member.stem for member in _list_members(images, TRIMAPS))
    found: list[ImageFile] = []
    for stem, path in _index(images, IMAGES).items():
        entry = entries.get(stem, ListEntry("", ""))
        mask, box = masks.get(stem, ""), boxes.get(stem, "")
        pair = MaskAndBoxes(mask, box, entry.species, stem in entries)
        if not pair.mask:
            missing = explain_missing(stem + suffix, nearest.find(stem))
            pair = replace(pair, explanation=missing)
        found.append(ImageFile(path, entry.breed, None, pair))
    if not found:
        raise DataError("no_images", f"{base!r} contains no images. It must contain {LAYOUTS}.")
    files, lists = read_lists(base, tree, found, split_lists.PLACES)
    if lists:  # The official lists miss some images; data.mask.unlisted decides about these.
        files = [replace(file, split=file.split or TRAIN_AND_VAL) for file in files]
    breeds = sorted({file.label for file in files} - {""})
    used = _collect_used(files) | ({LIST} & set(tree.files))
    return make_listing(tree, files, breeds, used, lists)


def _index(paths: Sequence[str], folder: str, suffix: str = "") -> dict[str, str]:
    """Indexes the files of a folder by stem. Raises DataError if two have the same."""
    members = paired_files.strip_suffix(_list_members(paths, folder), suffix)
    return {stem: each.path for (_, stem), each in paired_files.index_by_stem(members).items()}


def _list_members(paths: Sequence[str], folder: str) -> list[Member]:
    return [
        Member(path, paired_files.strip_extension(path, f"{folder}/"))
        for path in paths
        if path.startswith(f"{folder}/") and is_visible(path)
    ]


def _collect_used(files: Sequence[ImageFile]) -> set[str]:
    pairs = [file.pair for file in files if file.pair]
    return {*(f.path for f in files), *(p.mask for p in pairs), *(p.box for p in pairs)} - {""}


def _read_list(base: str) -> dict[str, ListEntry]:
    """Returns the entries by the image's name. A line is `NAME class-id species breed-id`."""
    entries = {}
    lines = split_lists.read_text_lines(f"{base}/{LIST}")
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = line.split()
        if len(parts) != 4 or parts[2] not in SPECIES or breaks_lines(parts[0]):
            raise DataError(
                "bad_list_line",
                f"{base}/{LIST}, line {number}: {line!r} is not NAME CLASS SPECIES BREED, where "
                "SPECIES is 1 for a cat and 2 for a dog. Fix the line, or begin it with #.",
            )
        if parts[0] in entries:
            raise DataError(
                "ambiguous_name",
                f"{base}/{LIST}, line {number}: an earlier line also describes {parts[0]!r}. "
                "Remove one.",
            )
        breed = re.sub(r"(?<=.)_\d+$", "", parts[0])
        entries[parts[0]] = ListEntry(breed, SPECIES[parts[2]])
    return entries
