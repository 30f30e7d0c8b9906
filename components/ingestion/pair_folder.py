"""A folder of images and masks: its layouts, and what it says of each image.

Layouts are that of the Oxford-IIIT pets (`images/`, `annotations/trimaps/`, `annotations/list.txt`,
`annotations/xmls/`), and `images/` beside `masks/`, also below train/, val/ and test/. A mask has
the name of its image, but for the ending. Files that are neither are listed as outside.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

import tensorflow as tf

from components import atomic_text
from components.errors import DataError
from components.ingestion.image_folder import SPLIT_FOLDERS, ImageFile, Listing, Pair, walk

IMAGES, MASKS = "images", "masks"
TRIMAPS, BOXES, LIST = "annotations/trimaps", "annotations/xmls", "annotations/list.txt"
SPECIES = {"1": "cat", "2": "dog"}
LAYOUTS = (
    "images/ and masks/, both also below train/ val/ test/, or images/ and annotations/trimaps/"
)


class Listed(NamedTuple):
    """What the list says of an image."""

    breed: str
    species: str


def find(input_base: str) -> Listing:
    """Lists the folder. Raises DataError where it holds no layout that is known."""
    _, paths = walk(input_base, LAYOUTS)
    if any(path.startswith(f"{TRIMAPS}/") for path in paths):
        return _official(input_base, paths)
    roots = _roots(input_base, paths)
    files: list[ImageFile] = []
    used: set[str] = set()
    for root, split in roots.items():
        masks = _by_stem(paths, f"{root}{MASKS}/")
        for stem, path in _images(paths, f"{root}{IMAGES}/"):
            files.append(ImageFile(path, "", split, Pair(masks.get(stem, ""))))
            used |= {path, masks.get(stem, "")}
    return _listing(input_base, files, [path for path in paths if path not in used])


def _official(base: str, paths: list[str]) -> Listing:
    listed = _read_list(base) if LIST in paths else {}
    masks = _by_stem(paths, f"{TRIMAPS}/")
    boxes = _by_stem([path for path in paths if path.endswith(".xml")], f"{BOXES}/")
    files: list[ImageFile] = []
    used = {LIST}
    for stem, path in _images(paths, f"{IMAGES}/"):
        named = listed.get(stem, Listed("", ""))
        pair = Pair(masks.get(stem, ""), boxes.get(stem, ""), named.species, stem in listed)
        files.append(ImageFile(path, named.breed, None, pair))
        used |= {path, pair.mask, pair.box}
    return _listing(base, files, [path for path in paths if path not in used])


def _read_list(base: str) -> dict[str, Listed]:
    """By the image's name: a line is `NAME class-id species breed-id`."""
    found = {}
    for number, line in enumerate(_list_lines(base), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = line.split()
        if len(parts) != 4 or parts[2] not in SPECIES:
            raise DataError(
                f"{base}/{LIST}, line {number}: {line!r} is not NAME CLASS SPECIES BREED, with 1 "
                "for a cat and 2 for a dog: mend the line, or begin it with #."
            )
        breed = re.sub(r"(?<=.)_\d+$", "", parts[0])
        found[parts[0]] = Listed(breed, SPECIES[parts[2]])
    return found


def _list_lines(base: str) -> list[str]:
    try:
        return atomic_text.read(f"{base}/{LIST}").lstrip("\ufeff").splitlines()
    except (UnicodeDecodeError, tf.errors.OpError) as error:
        raise DataError(f"{base}/{LIST} cannot be read as UTF-8: {error}") from error


def _roots(base: str, paths: list[str]) -> dict[str, str | None]:
    """What stands before images/ and masks/, and the split that this means."""
    tops = {path.split("/")[0] for path in paths if "/" in path}
    if {IMAGES, MASKS} <= tops:
        return {"": None}
    splits: dict[str, str | None] = {
        f"{top}/": SPLIT_FOLDERS[top.casefold()] for top in tops if _is_split(top, paths)
    }
    missing = sorted(set(SPLIT_FOLDERS.values()).difference(splits.values()))
    if not splits or missing:
        found = ", ".join(sorted(tops)[:5]) or "no folders"
        raise DataError(
            f"{base!r} holds {found}: it must hold {LAYOUTS}."
            + (f" There is no {missing[0]}/." if splits else "")
        )
    return splits


def _is_split(top: str, paths: list[str]) -> bool:
    return top.casefold() in SPLIT_FOLDERS and any(p.startswith(f"{top}/{IMAGES}/") for p in paths)


def _images(paths: list[str], folder: str) -> list[tuple[str, str]]:
    """Stem and path of each file below a folder; Oxford's archive has .mat files among them."""
    return [
        (_stem(path, folder), path)
        for path in paths
        if path.startswith(folder) and not _is_hidden(path) and not path.endswith(".mat")
    ]


def _by_stem(paths: list[str], folder: str) -> dict[str, str]:
    """The files below a folder. Raises DataError where two differ by their ending only."""
    found: dict[str, str] = {}
    for path in paths:
        if path.startswith(folder) and not _is_hidden(path):
            stem = _stem(path, folder)
            if stem in found:
                raise DataError(
                    f"{found[stem]} and {path} both belong to the image {stem!r}: take one away."
                )
            found[stem] = path
    return found


def _stem(path: str, folder: str) -> str:
    return str(PurePosixPath(path[len(folder) :]).with_suffix(""))


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _listing(base: str, files: list[ImageFile], outside: list[str]) -> Listing:
    if not files:
        raise DataError(f"{base!r} holds no images: it must hold {LAYOUTS}.")
    breeds = sorted({file.label for file in files} - {""})
    return Listing(tuple(sorted(files, key=lambda f: f.path)), tuple(breeds), tuple(outside))
