"""Recognises what a folder contains: a folder for each class, images with masks or with boxes."""

from __future__ import annotations

from typing import NamedTuple

from components.errors import DataError
from components.ingestion import box_folder, image_folder, pair_folder
from components.ingestion.image_folder import Listing
from pipeline.init import box_classes, mask_values
from pipeline.init.choices import Choice, Choices

SUFFIXES = (
    *("_mask", "-mask", "_masks", "_seg", "_segmentation", "_label", "_labels"),
    *("_gt", "_annotation", "_trimap"),
)  # Of the names of masks.


class Layout(NamedTuple):
    """What a folder contains."""

    base: str  # The experiment that fits, with pretrained weights.
    found: str  # One sentence.
    choices: Choices


def recognise(data: str, *, follow_links: bool = False) -> Layout:
    """Finds the layout of a folder. Raises DataError if ingestion knows none that fits."""
    try:
        listing = image_folder.find(data, follow_links=follow_links)
    except DataError as error:
        if boxes := _recognise_boxes(data, follow_links):
            return boxes
        if error.reason != "wrong_experiment":
            raise
        return _recognise_pairs(data, follow_links)
    classes = list(listing.classes)
    found = f"{len(listing.files):,} images in {len(classes)} folders, one for each class"
    return Layout("images", found, {"data.classes": Choice(classes, "the folders")})


def _recognise_boxes(data: str, follow_links: bool) -> Layout | None:
    """Images with boxes; None for any other folder, and for one that also has masks."""
    try:
        listing = box_folder.find(data, (), follow_links=follow_links)
    except DataError:
        return None
    boxes = [file.pair.box for file in listing.files if file.pair and file.pair.box]
    if not boxes or _has_masks(data, follow_links):
        return None
    found = f"{len(boxes):,} of {len(listing.files):,} images have a file of boxes"
    return Layout("pet-heads", found, box_classes.choose(data, boxes, len(listing.files)))


def _has_masks(data: str, follow_links: bool) -> bool:
    try:
        return _count_pairs(_find_suffix(data, follow_links)[0]) > 0
    except DataError:
        return False


def _recognise_pairs(data: str, follow_links: bool) -> Layout:
    listing, suffix = _find_suffix(data, follow_links)
    found = f"{_count_pairs(listing):,} of {len(listing.files):,} images have a mask"
    if any(f.pair and f.pair.mask.startswith(pair_folder.TRIMAPS) for f in listing.files):
        return Layout("pets-transfer", f"{found}, in the layout of the Oxford-IIIT pets", {})
    choices = mask_values.choose(data, listing)
    if suffix:
        choices["data.mask.suffix"] = Choice(suffix, "the end of the masks' names")
    return Layout("masks", found, choices)


def _find_suffix(data: str, follow_links: bool) -> tuple[Listing, str]:
    """The listing with the suffix that gives most pairs, unless most have a mask without one."""
    best, chosen = pair_folder.find(data, follow_links=follow_links), ""
    if 2 * _count_pairs(best) >= len(best.files):
        return best, chosen
    for suffix in SUFFIXES:
        listing = pair_folder.find(data, follow_links=follow_links, suffix=suffix)
        if _count_pairs(listing) > _count_pairs(best):
            best, chosen = listing, suffix
    return best, chosen


def _count_pairs(listing: Listing) -> int:
    return sum(bool(file.pair and file.pair.mask) for file in listing.files)
