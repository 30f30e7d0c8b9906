"""What is served: `<push root>/<model name>/<version>/`, versions being integers."""

from __future__ import annotations

import tensorflow as tf

from components.errors import DataError
from serving.versions import VERSION

NEWEST = "newest"  # Asks for the version that is the newest when a step runs.
NONE = "none"  # Asks for none, whatever is there.


def versions(folder: str) -> list[int]:
    """The versions in a model's folder, rising; none where there is no folder.

    Raises DataError for a relative folder: on a cluster, it would end with the pod.
    """
    if not (folder.startswith("/") or "://" in folder):
        raise DataError(
            f"served_folder={folder} is relative, and what is pushed there would end with the pod: "
            "give a path that begins with /, or a URI such as gs://BUCKET/FOLDER."
        )
    if not tf.io.gfile.isdir(folder):
        return []
    names = (name.rstrip("/") for name in tf.io.gfile.listdir(folder))
    numbers = (name for name in names if VERSION.fullmatch(name))
    return sorted(int(name) for name in numbers if tf.io.gfile.isdir(f"{folder}/{name}"))


def find(folder: str, version: str) -> str | None:
    """The folder of a version: "newest", "none", or a number. None where nothing is served.

    Raises DataError for a number that is not there, naming those that are.
    """
    there = versions(folder)
    if version == NONE or (version == NEWEST and not there):
        return None
    if version == NEWEST:
        return f"{folder}/{there[-1]}"
    if version not in map(str, there):
        raise DataError(
            f"No version {version!r} in {folder}; there are: {there}. Give one of these, "
            f'"{NEWEST}" or "{NONE}".'
        )
    return f"{folder}/{version}"
