"""The usual names of folders of images and of masks, and which of them a folder contains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import PurePosixPath
from typing import NamedTuple

from components.errors import DataError
from components.ingestion.layouts.left_out import name_some

IMAGES = ("images", "image", "imgs", "img", "jpegimages", "leftimg8bit")
MASKS = (
    "masks",
    "mask",
    "labels",
    "label",
    "annotations",
    "annotation",
    "segmentationclass",
    "segmentations",
    "segmentation",
    "trimaps",
    "groundtruth",
    "ground_truth",
    "gt",
    "gtfine",
)
WORD_OF_MASK = (
    r"(masks?|msk|seg|segmentation|label|labels|labelids|annot|annotation|gt|gtfine|target|"
    r"ground[-_ ]?truth|trimap)"
)
OF_MASK = re.compile(
    rf"([-_ .]{WORD_OF_MASK})+([-_ ]?\d+)?$|(?<![^/]){WORD_OF_MASK}[-_ .](?!.*/)", re.I
)
OF_IMAGE = re.compile(r"[-_ .](image|img|sat|rgb|orig|original|leftimg8bit|x)$", re.I)
ENCODING = r"([-_ ]?(pngs?|jpe?gs?|tiffs?|raw|\d+))?"
LIKE_IMAGES = re.compile(
    r"(images?|imgs?|photos?|photographs?|pictures?|pics?|inputs?|originals?|rgb|frames?|data|"
    rf"sources?|src|x|raw|jpegimages|leftimg8bit){ENCODING}",
    re.I,
)
LIKE_MASKS = re.compile(
    rf"(.*[-_ ])?({WORD_OF_MASK}s?|segmentation(s|class|object)?|binary|outputs?|y){ENCODING}", re.I
)
ENDING_OF_MASKS = re.compile(
    r"[-_ ]?(masks?|annot(ations?)?|labels?|ground_?truth|gt|segmentations?|(?<=[-_ ])y)$", re.I
)
ENDING_OF_IMAGES = re.compile(r"[-_ ]?(images?|imgs?|data|(?<=[-_ ])x)$", re.I)
PHOTOGRAPHS, LOSSLESS = (".jpg", ".jpeg"), (".png", ".tif", ".tiff", ".bmp", ".gif")
MOST = 0.9  # Of the masks: some may have no image.
FEW = 0.05  # Of the images: a class may contain a photograph that is called cat_mask.jpg.


class Sides(NamedTuple):
    """The folders of images and of masks."""

    images: str
    masks: str


def find_sides(base: str, root: str, images: Sequence[str]) -> Sides | None:
    """Returns the sides in a root, such as "train/", which both must contain images.

    Raises DataError if there are several of one kind.
    """
    inner = (path[len(root) :] for path in images if path.startswith(root))
    filled = sorted({path.split("/")[0] for path in inner if "/" in path})
    of_images = [name for name in filled if name.casefold() in IMAGES]
    of_masks = [name for name in filled if name.casefold() in MASKS]
    if not (of_images and of_masks):
        return None
    if len(of_images) + len(of_masks) > 2:
        raise DataError(
            "ambiguous_sides",
            f"{base}/{root} contains {', '.join([*of_images, *of_masks])}: one folder of images "
            "and one of masks can be read. Move the others out of the folder.",
        )
    return Sides(f"{root}{of_images[0]}", f"{root}{of_masks[0]}")


def check_classes(base: str, folders: Sequence[str], images: Sequence[str]) -> None:
    """Raises DataError if the folders contain images and masks rather than classes."""
    _check_masks_next_to_images(base, images)
    _check_names_match(base, [folder for folder in folders if "/" not in folder])
    children: dict[str, list[str]] = {}
    for folder in folders:
        if folder and folder.count("/") < 2:
            parent, _, name = folder.rpartition("/")
            children.setdefault(parent, []).append(name)
    for parent, names in children.items():
        of_images = [name for name in names if name.casefold() in IMAGES]
        of_masks = [name for name in names if name.casefold() in MASKS]
        start = f"{parent}/" if parent else ""
        if of_images and of_masks:
            both = Sides(f"{start}{of_images[0]}/", f"{start}{of_masks[0]}/")
            raise _refuse_sides(base, both, any(path.startswith(both.masks) for path in images))
        if alike := _find_alike(start, names, images):
            raise _refuse_sides(base, alike, has_masks=True)


def _find_alike(start: str, names: Sequence[str], images: Sequence[str]) -> Sides | None:
    """Returns folders called like images and masks, whose files have the same names."""
    of_images = [f"{start}{name}/" for name in names if LIKE_IMAGES.fullmatch(name)]
    of_masks = [f"{start}{name}/" for name in names if LIKE_MASKS.fullmatch(name)]
    stems = {folder: _list_stems(folder, images) for folder in {*of_images, *of_masks}}
    for both in (Sides(*pair) for pair in product(of_images, of_masks)):
        shared = stems[both.images] & stems[both.masks]
        if shared and len(shared) >= MOST * len(stems[both.masks]):
            return both
    return None


def _list_stems(folder: str, images: Sequence[str]) -> set[str]:
    """Lists the names of a folder's files, without what says that they are images or masks."""
    inner = (path[len(folder) :] for path in images if path.startswith(folder))
    return {_strip(path) for path in inner}


def _strip(path: str) -> str:
    stem = str(PurePosixPath(path).with_suffix(""))
    return OF_IMAGE.sub("", OF_MASK.sub("", stem))


def _refuse_sides(base: str, both: Sides, has_masks: bool) -> DataError:
    fix = (
        "For images with masks, use: fcn run masks; for the Oxford-IIIT pets: fcn run pets."
        if has_masks
        else f"{both.masks} contains no images: `fcn run images` needs one folder for each class, "
        "and `fcn run masks` needs masks."
    )
    return DataError(
        "wrong_experiment",
        f"{base!r} contains {both.images} and {both.masks}, which are not classes. {fix}",
    )


def _check_names_match(base: str, tops: Sequence[str]) -> None:
    """Raises DataError for folders such as train and train_masks, or test_x and test_y."""
    of_images = {ENDING_OF_IMAGES.sub("", top): top for top in tops}
    for top in tops:
        start = ENDING_OF_MASKS.sub("", top)
        if start not in ("", top) and start in of_images:
            raise DataError(
                "wrong_experiment",
                f"{base!r} contains {of_images[start]}/ and {top}/, which look like images and "
                "masks rather than classes. For images with masks, use: fcn run masks.",
            )


def _check_masks_next_to_images(base: str, images: Sequence[str]) -> None:
    """Raises DataError if many files are called as another one, with a word such as _mask."""
    stems = {path: str(PurePosixPath(path).with_suffix("")) for path in images}
    others = {OF_IMAGE.sub("", stem) for stem in stems.values() if not OF_MASK.search(stem)}
    masks = [p for p, stem in stems.items() if OF_MASK.search(stem) and _strip(p) in others]
    masks = masks or _find_lossless_twins(stems)
    if len(masks) > FEW * len(images):
        raise DataError(
            "wrong_experiment",
            f"{base!r} contains {name_some(masks)} next to the images of the same names: they look "
            "like masks. Move them out of the folder; for images with masks, put these into masks/ "
            "under the names of their images, and use: fcn run masks.",
        )


def _find_lossless_twins(stems: Mapping[str, str]) -> list[str]:
    """Returns the PNG and TIFF files that are called as a JPEG, if most JPEGs have one."""
    photographs = {stem for path, stem in stems.items() if path.casefold().endswith(PHOTOGRAPHS)}
    twins = [p for p, s in stems.items() if s in photographs and p.casefold().endswith(LOSSLESS)]
    return twins if len(twins) > len(photographs) / 2 else []
