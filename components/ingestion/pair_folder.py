"""Lists a folder of images and masks, with what it contains about each image.

There are two layouts: that of the Oxford-IIIT pets (`images/`, `annotations/trimaps/`,
`annotations/list.txt`, `annotations/xmls/`), and `images/` and `masks/`, also in each of train/,
val/ and test/. A mask has the name of its image, except for the extension. Other files are outside.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

import tensorflow as tf

from components import atomic_text
from components.errors import DataError
from components.ingestion.image_folder import SPLIT_FOLDERS, ImageFile, Listing, Pair, walk
from trainer.class_names import breaks_lines

IMAGES, MASKS = "images", "masks"
TRIMAPS, BOXES, LIST = "annotations/trimaps", "annotations/xmls", "annotations/list.txt"
SPECIES = {"1": "cat", "2": "dog"}
LAYOUTS = (
    "images/ and masks/, or both in each of train/ val/ test/, or images/ and annotations/trimaps/"
)


class ListEntry(NamedTuple):
    """What annotations/list.txt contains about an image."""

    breed: str
    species: str


def find(input_base: str) -> Listing:
    """Lists the folder. Raises DataError if its layout is unknown."""
    _, paths = walk(input_base, LAYOUTS)
    if any(path.startswith(f"{TRIMAPS}/") for path in paths):
        return _list_pets(input_base, paths)
    roots = _find_roots(input_base, paths)
    files: list[ImageFile] = []
    used: set[str] = set()
    for root, split in roots.items():
        masks = _index_by_stem(paths, f"{root}{MASKS}/")
        for stem, path in _index_images(paths, f"{root}{IMAGES}/").items():
            files.append(ImageFile(path, "", split, Pair(masks.get(stem, ""))))
            used |= {path, masks.get(stem, "")}
    return _make_listing(input_base, files, [path for path in paths if path not in used])


def _list_pets(base: str, paths: list[str]) -> Listing:
    entries = _read_list(base) if LIST in paths else {}
    masks = _index_by_stem(paths, f"{TRIMAPS}/")
    boxes = _index_by_stem([path for path in paths if path.lower().endswith(".xml")], f"{BOXES}/")
    files: list[ImageFile] = []
    used = {LIST}
    for stem, path in _index_images(paths, f"{IMAGES}/").items():
        entry = entries.get(stem, ListEntry("", ""))
        pair = Pair(masks.get(stem, ""), boxes.get(stem, ""), entry.species, stem in entries)
        files.append(ImageFile(path, entry.breed, None, pair))
        used |= {path, pair.mask, pair.box}
    return _make_listing(base, files, [path for path in paths if path not in used])


def _read_list(base: str) -> dict[str, ListEntry]:
    """Returns the entries by the image's name. A line is `NAME class-id species breed-id`."""
    entries = {}
    for number, line in enumerate(_read_list_lines(base), start=1):
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


def _read_list_lines(base: str) -> list[str]:
    try:
        return atomic_text.read(f"{base}/{LIST}").lstrip("\ufeff").splitlines()
    except (UnicodeDecodeError, tf.errors.OpError) as error:
        raise DataError(
            "list_unreadable",
            f"{base}/{LIST} cannot be read as UTF-8: {error}. Fix it, or remove it.",
        ) from error


def _find_roots(base: str, paths: list[str]) -> dict[str, str | None]:
    """Returns the folders that contain images/ and masks/, with the split of each."""
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
            "missing_split" if splits else "no_pair_layout",
            f"{base!r} contains {found}. It must contain {LAYOUTS}."
            + (f" {missing[0]}/{IMAGES}/ is missing." if splits else ""),
        )
    return splits


def _is_split(top: str, paths: list[str]) -> bool:
    return top.casefold() in SPLIT_FOLDERS and any(p.startswith(f"{top}/{IMAGES}/") for p in paths)


def _index_images(paths: list[str], folder: str) -> dict[str, str]:
    """Indexes the images of a folder by stem. Oxford's archive also has .mat files."""
    return _index_by_stem([path for path in paths if not path.endswith(".mat")], folder)


def _index_by_stem(paths: list[str], folder: str) -> dict[str, str]:
    """Indexes the files of a folder. Raises DataError if two differ only in their extension."""
    found: dict[str, str] = {}
    for path in paths:
        if path.startswith(folder) and not _is_hidden(path):
            stem = _strip_extension(path, folder)
            if stem in found:
                raise DataError(
                    "ambiguous_name",
                    f"{found[stem]} and {path} differ only in their extension: both have the "
                    f"name {stem!r}, which joins an image and its mask. Remove or rename one.",
                )
            found[stem] = path
    return found


def _strip_extension(path: str, folder: str) -> str:
    return str(PurePosixPath(path[len(folder) :]).with_suffix(""))


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _make_listing(base: str, files: list[ImageFile], outside: list[str]) -> Listing:
    if not files:
        raise DataError("no_images", f"{base!r} contains no images. It must contain {LAYOUTS}.")
    breeds = sorted({file.label for file in files} - {""})
    return Listing(tuple(sorted(files, key=lambda f: f.path)), tuple(breeds), tuple(outside))
