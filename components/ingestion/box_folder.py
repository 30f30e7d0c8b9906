"""Lists a folder of images, each with a file of boxes in Pascal VOC's XML.

There are two layouts: that of the Oxford-IIIT pets (`images/`, `annotations/xmls/`), and that of
Pascal VOC (`JPEGImages/`, `Annotations/`). A file of boxes has the name of its image, except for
the extension. Split lists decide the splits, if there are any; other files are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from components.errors import DataError
from components.ingestion.image_folder import (
    ImageFile,
    Listing,
    MaskAndBoxes,
    make_listing,
    read_lists,
)
from components.ingestion.layouts import paired_files, split_lists, traversal
from components.ingestion.layouts.paired_files import Member
from serving.left_out import find_kind, is_visible

LAYOUTS = "images/ and annotations/xmls/, or JPEGImages/ and Annotations/"
PLACES = (*split_lists.PLACES, "imagesets/main")
XML = ".xml"


class Sides(NamedTuple):
    """The folders of images and of boxes."""

    images: str
    boxes: str


SIDES = (Sides("images", "annotations/xmls"), Sides("JPEGImages", "Annotations"))


def find(input_base: str, classes: Sequence[str], *, follow_links: bool = False) -> Listing:
    """Lists the folder; the boxes are of these classes. Raises DataError if it is unknown."""
    tree = traversal.walk(input_base, LAYOUTS, follow_links=follow_links)
    with traversal.explain_links(tree):
        found = list(_pair(_find_sides(input_base, tree.files), tree.files))
        files, lists = read_lists(input_base, tree, found, PLACES)
    if lists and not any(file.split == "test" and _get_box(file) for file in files):
        files, lists = found, []  # The pets' official test list names images without boxes.
    unnamed = [file.path for file in files if lists and not file.split and _get_box(file)]
    split_lists.check_all_named(input_base, lists, unnamed)
    used = {file.path for file in files} | {_get_box(file) for file in files} - {""}
    return make_listing(tree, files, sorted(classes), used, lists)


def _find_sides(base: str, paths: Sequence[str]) -> Sides:
    for sides in SIDES:
        if all(any(path.startswith(f"{side}/") for path in paths) for side in sides):
            return sides
    raise DataError("no_box_layout", f"{base!r} must contain {LAYOUTS}.")


def _pair(sides: Sides, paths: Sequence[str]) -> Iterator[ImageFile]:
    """Yields all images. Raises DataError if two have the same name, or two files of boxes."""
    images = _index([path for path in paths if not find_kind(path)], sides.images)
    boxes = _index([path for path in paths if path.lower().endswith(XML)], sides.boxes)
    for stem, path in images.items():
        missing = "" if stem in boxes else f"no file is named {sides.boxes}/{stem}{XML}"
        yield ImageFile(path, "", None, MaskAndBoxes("", boxes.get(stem, ""), explanation=missing))


def _index(paths: Sequence[str], folder: str) -> dict[str, str]:
    members = [
        Member(path, paired_files.strip_extension(path, f"{folder}/"))
        for path in paths
        if path.startswith(f"{folder}/") and is_visible(path)
    ]
    return {stem: each.path for (_, stem), each in paired_files.index_by_stem(members).items()}


def _get_box(file: ImageFile) -> str:
    return file.pair.box if file.pair else ""
