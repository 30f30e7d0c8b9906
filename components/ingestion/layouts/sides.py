"""The usual names of folders of images and of masks, and which of them a folder contains."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
OF_MASK = re.compile(
    r"[-_ ](mask|masks|seg|segmentation|label|gt)([-_ ]?\d+)?(?=\.[^./]*$|$)", re.I
)
ENDING_OF_MASKS = re.compile(
    r"[-_ ]?(masks?|annot(ations?)?|labels?|ground_?truth|gt|segmentations?|(?<=[-_ ])y)$", re.I
)
ENDING_OF_IMAGES = re.compile(r"[-_ ]?(images?|imgs?|data|(?<=[-_ ])x)$", re.I)
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
        if of_images and of_masks:
            start = f"{parent}/" if parent else ""
            both = Sides(f"{start}{of_images[0]}/", f"{start}{of_masks[0]}/")
            raise _refuse_sides(base, both, any(path.startswith(both.masks) for path in images))


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
    """Raises DataError if many files are called as another one, with an ending such as _mask."""
    stems = {path.rpartition(".")[0] for path in images}
    masks = [
        p for p in images if OF_MASK.sub("", p.rpartition(".")[0]) in stems and OF_MASK.search(p)
    ]
    if len(masks) > FEW * len(images):
        raise DataError(
            "wrong_experiment",
            f"{base!r} contains {name_some(masks)} next to the images of the same names: they look "
            "like masks. Move them out of the folder; for images with masks, put these into masks/ "
            "under the names of their images, and use: fcn run masks.",
        )
