"""Checks the folders of a local run before its first step.

A folder that cannot be written is reported at once, not after hours of training.
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

# TFX and Beam treat paths as glob patterns and do not escape these characters.
PATTERNS = frozenset("*?[]{}\\")
# Required free space in the working directory, as a multiple of the size of the data: the records
# take about as much as the data, the model some more.
ROOM = 1.2
MODEL_BYTES = 10_000_000  # Of a small SavedModel with its warm-up requests.


def check_places(settings: Settings, model: str) -> None:
    """Raises DataError for a folder that is in the data, is not writable, or is on a full disk.

    `model` is the model's name. Creates nothing.
    """
    served = settings.served_folder(model)
    odd = sorted(PATTERNS.intersection(settings.workdir))
    if odd:
        raise DataError(
            "workdir_is_a_pattern",
            f"--workdir {settings.workdir} contains {' '.join(odd)}, which TFX treats as "
            "wildcards: give a folder without these characters.",
        )
    for flag, folder in (("--workdir", settings.workdir), ("--push-root", served)):
        check_outside(flag, folder, settings.data)
        if "://" not in folder:
            check_writable(flag, Path(folder))
    for real in list_linked(settings):
        check_outside("--workdir", settings.workdir, real)
        check_outside("--push-root", served, real)
    for inner in list_inner(settings):
        check_writable("--workdir", inner)
    check_room(settings)
    if "://" not in served:
        check_room_for_model(Path(served))


def list_linked(settings: Settings) -> set[str]:
    """The real folders to which links in the data lead, if they are followed."""
    if not settings.follow_links or "://" in settings.data:
        return set()
    tree = traversal.walk(settings.data, image_folder.LAYOUTS, follow_links=True)
    return {os.path.realpath(f"{settings.data}/{folder}") for folder in tree.folders}


def list_inner(settings: Settings) -> list[Path]:
    """The folders of an earlier run in the working directory, which may be another user's."""
    steps = Path(settings.pipeline_root)
    inner = [*steps.glob("*"), *steps.glob("*/*")]
    return [Path(settings.checkpoints), steps, *filter(Path.is_dir, inner)]


def check_outside(flag: str, folder: str, data: str) -> None:
    """Raises DataError for a folder in the data: the next run would read it as images."""
    if Path(folder).is_relative_to(data):
        raise DataError(
            "place_in_data",
            f"{flag} {folder} is in the folder of images {data}, so the next run would read it as "
            f"images: give {flag} a folder elsewhere.",
        )


def check_writable(flag: str, folder: Path) -> None:
    """Raises DataError unless the folder exists or can be created, and is writable."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not there.is_dir():
        raise DataError(
            "place_not_writable",
            f"{flag} {folder} cannot be created: {there} is not a folder. Give {flag} another "
            "folder.",
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise DataError(
            "place_not_permitted",
            f"{flag} {folder} is not writable: change the permissions of {there}, or give {flag} "
            "another folder.",
        )


def check_room(settings: Settings) -> None:
    """Raises DataError if the records of the data would not fit into the working directory."""
    folder = Path(settings.workdir)
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    free, needed = shutil.disk_usage(there).free, round(ROOM * measure_bytes(settings))
    if free < needed:
        raise DataError(
            "workdir_too_small",
            f"--workdir {folder} has {free / 1e9:.1f} GB free, and the data needs about "
            f"{needed / 1e9:.1f} GB: free some space, or give a folder on another disk.",
        )


def check_room_for_model(served: Path) -> None:
    """Raises DataError if not even a small model would fit into the push root."""
    there = next(path for path in (served, *served.parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if free < MODEL_BYTES:
        raise DataError(
            "push_root_too_small",
            f"--push-root {served} has {free / 1e6:.1f} MB free, and a model needs at least "
            f"{MODEL_BYTES / 1e6:.0f} MB: free some space, or give a folder on another disk.",
        )


def measure_bytes(settings: Settings) -> int:
    """Bytes of all files of the data; a file that cannot be read counts as 0 bytes."""
    data, follow_links = settings.data, settings.follow_links
    paths = traversal.walk(data, image_folder.LAYOUTS, follow_links=follow_links).files
    with ThreadPoolExecutor(image_folder.THREADS) as pool:
        return sum(pool.map(read_length, (f"{data}/{path}" for path in paths)))


def read_length(path: str) -> int:
    """Bytes of a file; 0 if it cannot be read."""
    try:
        return int(tf.io.gfile.stat(path).length)
    except tf.errors.OpError:
        return 0
