"""Whether a run on this machine can end where it is to end: asked before its first step.

Files that cannot be written are found now, not by the last step after hours of training.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tensorflow as tf

from components.errors import DataError
from components.ingestion import image_folder
from components.ingestion.layouts import traversal
from pipeline.settings import Settings

PATTERNS = frozenset("*?[]{}\\")  # TFX and Beam read files by patterns, and quote none of these.
ROOM = 1.2  # Free space of the working directory, by the size of the data: records, and a model.


def check_places(settings: Settings, model: str) -> None:
    """Raises DataError if a place is inside the data, cannot be written, or has too little room.

    `model` is the model's name. Makes nothing.
    """
    served = settings.served_folder(model)
    odd = sorted(PATTERNS.intersection(settings.workdir))
    if odd:
        raise DataError(
            "workdir_is_a_pattern",
            f"--workdir {settings.workdir} contains {' '.join(odd)}, which TFX takes for a pattern "
            "of file names: give a folder without it.",
        )
    for flag, folder in (("--workdir", settings.workdir), ("--push-root", served)):
        check_outside(flag, folder, settings.data)
        if "://" not in folder:
            check_writable(flag, Path(folder))
    check_room(settings)


def check_outside(flag: str, folder: str, data: str) -> None:
    """Raises DataError for a folder in the data: the next run would take it for images."""
    if Path(folder).is_relative_to(data):
        raise DataError(
            "place_in_data",
            f"{flag} {folder} is in the folder of images {data}, so what a run writes would be "
            f"read as images: give {flag} a folder elsewhere.",
        )


def check_writable(flag: str, folder: Path) -> None:
    """Raises DataError unless the folder is there, or can be made, and files can be made in it."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not there.is_dir():
        raise DataError(
            "place_not_writable", f"{flag} {folder} cannot be made: {there} is not a folder."
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise DataError(
            "place_not_permitted", f"{flag} {folder} cannot be written: no permission for {there}."
        )


def check_room(settings: Settings) -> None:
    """Raises DataError if the records of the data would not fit into the working directory."""
    folder = Path(settings.workdir)
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    free, needed = shutil.disk_usage(there).free, round(ROOM * size(settings))
    if free < needed:
        raise DataError(
            "workdir_too_small",
            f"--workdir {folder} has {free / 1e9:.1f} GB free, and the data need about "
            f"{needed / 1e9:.1f} GB: make room, or give a folder on another disk.",
        )


def size(settings: Settings) -> int:
    """Bytes of all files of the data; those that cannot be read count nothing."""
    data, follow_links = settings.data, settings.follow_links
    paths = traversal.walk(data, image_folder.LAYOUTS, follow_links=follow_links).files
    with ThreadPoolExecutor(image_folder.THREADS) as pool:  # Remote storage answers slowly.
        return sum(pool.map(length, (f"{data}/{path}" for path in paths)))


def length(path: str) -> int:
    """Bytes of a file; 0 if it cannot be read."""
    try:
        return int(tf.io.gfile.stat(path).length)
    except tf.errors.OpError:
        return 0
