"""Reads what is in the boxes of a folder, and how many images have none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import tensorflow as tf

from components.errors import DataError
from components.ingestion import file_bytes
from components.ingestion.annotations import head_boxes
from components.ingestion.image_folder import THREADS
from pipeline.init.choices import Choice, Choices
from serving.terminal import say

MOST_CLASSES = 1000
SPARE = 5  # Rejects for other reasons, in percent of the images.


def choose(data: str, boxes: Sequence[str], images: int) -> Choices:
    """The classes of the boxes, and how many images may be rejects.

    Returns no choices if no box is readable: ingestion then reports why. Raises DataError for too
    many classes.
    """
    say(f"Reading {len(boxes):,} files of boxes ...")
    names = find_names([f"{data}/{path}" for path in boxes])
    if not names:
        return {}
    classes = sorted(set(names))
    if len(classes) > MOST_CLASSES:
        many = f"The boxes in {data} have {len(classes):,} names, more than {MOST_CLASSES:,}"
        raise DataError("too_many_classes", f"{many}: choose some by --set data.classes=[...].")
    missing = images - len(names)
    most = min(100, math.ceil(100 * missing / images) + SPARE) / 100
    reason = f"{missing:,} of {images:,} images do not have exactly one box"
    return {
        "data.classes": Choice(classes, "the names in the boxes"),
        "data.max_reject_fraction": Choice(most, reason),
    }


def find_names(paths: Sequence[str]) -> list[str]:
    """What is in the box, of each of these files that has exactly one."""
    with ThreadPoolExecutor(THREADS) as pool:
        return [name for names in pool.map(read_names, paths) for name in names]


def read_names(path: str) -> tuple[str, ...]:
    """The name of the only object in a file; none if there are several, or if it is unreadable."""
    try:
        names = head_boxes.read_names(file_bytes.read_start(path, head_boxes.MAX_BYTES))
    except (tf.errors.OpError, head_boxes.UnreadableBoxError):
        return ()
    return names if len(names) == 1 and names[0] else ()
