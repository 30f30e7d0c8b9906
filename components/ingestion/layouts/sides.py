"""The usual names of folders of images and of masks, and which of them a folder contains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from components.errors import DataError

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
            has_masks = any(path.startswith(f"{start}{of_masks[0]}/") for path in images)
            raise DataError(
                "another_experiment",
                f"{base!r} contains {start}{of_images[0]}/ and {start}{of_masks[0]}/, which are "
                "not classes. "
                + (
                    "For images with masks, use: fcn run masks."
                    if has_masks
                    else f"{of_masks[0]}/ contains no images: `fcn run images` needs one folder "
                    "for each class, and `fcn run masks` needs masks."
                ),
            )
