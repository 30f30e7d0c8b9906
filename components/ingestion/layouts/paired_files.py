"""Pairs images with masks by their names, in folders that may be split in several ways.

Both may be in each of train/ val/ test/; or images/, masks/ or both may contain train/ val/ test/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from components.errors import DataError
from components.ingestion.layouts import left_out, sides, split_folders, split_words
from components.ingestion.layouts.nearest_names import NearestNames, explain_missing
from components.ingestion.layouts.sides import Sides
from components.ingestion.layouts.traversal import Tree
from serving.left_out import is_visible

LAYOUTS = (
    "images/ and masks/, or both in each of train/ val/ test/, or train/ val/ test/ in both, or "
    "images/ and annotations/trimaps/"
)


class PairedFile(NamedTuple):
    """An image, its mask or "", and its split; None if a list or the content decides."""

    image: str
    mask: str
    split: str | None
    explanation: str = ""  # Why there is no mask.


class Member(NamedTuple):
    """A file of a side, and its name there: without the folders of the split and extension."""

    path: str
    stem: str
    split: str = ""


def find(base: str, tree: Tree, images: Sequence[str], *, suffix: str = "") -> list[PairedFile]:
    """Returns all images of the folder. Masks' names may end in a suffix.

    Raises DataError for an unknown layout.
    """
    visible = [f for f in tree.folders if f and all(map(is_visible, f.split("/")))]
    tops = [folder for folder in visible if "/" not in folder]
    if both := sides.find_sides(base, "", images):
        _check_no_split_next_to(base, both, images)
        found = _pair(base, both, images, suffix)
    else:
        found = _pair_in_splits(base, tops, images, suffix)
    splits = {pair.image: pair.split for pair in found if pair.split}
    if splits:
        completed = split_folders.complete(repr(base), splits)
        found = [pair._replace(split=completed.get(pair.image)) for pair in found]
    filled = {path[:n] for path in images for n, sign in enumerate(path) if sign == "/"}
    used = {"", *(both or ())} if splits else ()
    split_folders.check_all_read(base, filled if splits else visible, used)
    return found


def strip_extension(path: str, folder: str) -> str:
    """The name of a file in a folder: files of other folders with this name belong to it."""
    return str(PurePosixPath(path[len(folder) :]).with_suffix(""))


def strip_suffix(masks: Sequence[Member], suffix: str) -> list[Member]:
    """The masks whose names end in the suffix, with their names without it."""
    return [
        mask._replace(stem=mask.stem.removesuffix(suffix))
        for mask in masks
        if mask.stem.endswith(suffix)
    ]


def index_by_stem(members: Iterable[Member]) -> dict[tuple[str, str], Member]:
    """Indexes files by split and stem. Raises DataError if two differ only in their extension."""
    found: dict[tuple[str, str], Member] = {}
    for member in members:
        first = found.setdefault((member.split, member.stem), member)
        if first is not member:
            raise DataError(
                "ambiguous_name",
                f"{first.path} and {member.path} both have the name {member.stem!r}, which joins "
                "an image and its mask. Remove or rename one.",
            )
    return found


def _check_no_split_next_to(base: str, both: Sides, images: Sequence[str]) -> None:
    """Raises DataError for folders such as test_images/ next to images/ and masks/."""
    others = {path.split("/")[0] for path in images if "/" in path} - set(both)
    named = [name for name in sorted(others) if split_words.find_word(name)]
    if named:
        raise DataError(
            "split_ignored",
            f"{base!r} contains {', '.join(both)} and {left_out.name_some(named)}, which would be "
            "left out. Move the images and masks of each split into images/<split>/ and "
            "masks/<split>/, or these folders out of the data.",
        )


def _pair_in_splits(
    base: str, tops: list[str], images: Sequence[str], suffix: str
) -> list[PairedFile]:
    """Pairs the files of train/images/, train/masks/ and so on."""
    found: list[PairedFile] = []
    for top, split in split_folders.find_splits(tops).items():
        if both := sides.find_sides(base, f"{top}/", images):
            found += [pair._replace(split=split) for pair in _pair(base, both, images, suffix)]
    if not found:
        raise DataError(
            "no_pair_layout",
            f"{base!r} contains {', '.join(tops[:5]) or 'no folders'}. It must contain {LAYOUTS}. "
            "For images in a folder for each class, use: fcn run images.",
        )
    return found


def _pair(base: str, both: Sides, images: Sequence[str], suffix: str) -> list[PairedFile]:
    """Finds the mask of each image: of the same split, if both sides are split."""
    of_images, of_masks = (_list_members(base, side, images) for side in both)
    nearest = NearestNames(member.stem for member in of_masks)
    of_masks = strip_suffix(of_masks, suffix)
    split_images, split_masks = (any(m.split for m in side) for side in (of_images, of_masks))
    if split_images != split_masks:
        plain = [member._replace(split="") for member in of_masks]
        index = dict(zip(index_by_stem(plain), of_masks, strict=True))
    else:
        index = index_by_stem(of_masks)
    found, owners = [], dict[str, str]()
    for path, stem, split in of_images:
        key = ("" if split_images != split_masks else split, stem)
        mask = index.get(key, Member("", ""))
        _check_only_image(owners, mask.path, path)
        missing = "" if mask.path else explain_missing(stem + suffix, nearest.find(stem))
        found.append(PairedFile(path, mask.path, split or mask.split or None, missing))
    return found


def _list_members(base: str, side: str, images: Sequence[str]) -> list[Member]:
    """Lists the files of a side, which may be split by its folders."""
    paths = [path for path in images if path.startswith(f"{side}/")]
    tops = {path[len(side) + 1 :].split("/")[0] for path in paths}
    named = split_folders.find_splits(tops)
    if len(set(named.values())) < 2:
        return [Member(path, strip_extension(path, f"{side}/")) for path in paths]
    if others := sorted(tops - set(named)):
        raise DataError(
            "mixed_layout",
            f"{base}/{side} contains folders of splits ({', '.join(sorted(named)[:5])}) and "
            f"{others[0]}. Move it into one of them, or out of the folder.",
        )
    return [
        Member(path, strip_extension(path, f"{side}/{top}/"), named[top])
        for path in paths
        for top in [path[len(side) + 1 :].split("/")[0]]
    ]


def _check_only_image(owners: dict[str, str], mask: str, image: str) -> None:
    first = owners.setdefault(mask, image) if mask else image
    if first != image:
        raise DataError(
            "ambiguous_name",
            f"The mask {mask} belongs to two images, {first} and {image}. Remove one, or rename it "
            "and give it a mask.",
        )
