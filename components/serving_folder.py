"""Finds served versions: `<push root>/<model name>/<version>/`, with integers as versions."""

from __future__ import annotations

import tensorflow as tf

from components.errors import DataError
from serving.versions import VERSION

NEWEST = "newest"  # Means the newest version at the time a step runs.
NONE = "none"  # Means no version, whatever is served.


def list_versions(folder: str) -> list[int]:
    """Lists the versions in a model's folder, in rising order; empty if there is no folder.

    Raises DataError for a relative folder: on a cluster, it would be lost with the pod.
    """
    if not (folder.startswith("/") or "://" in folder):
        raise DataError(
            "served_folder_relative",
            f"served_folder={folder} is a relative path: on a cluster, a pushed model would be "
            "lost with its pod. Give a path that begins with /, or a URI such as "
            "gs://BUCKET/FOLDER.",
        )
    if not tf.io.gfile.isdir(folder):
        return []
    names = (name.rstrip("/") for name in tf.io.gfile.listdir(folder))
    numbers = (name for name in names if VERSION.fullmatch(name))
    return sorted(int(name) for name in numbers if tf.io.gfile.isdir(f"{folder}/{name}"))


def read_fingerprint(model: str) -> str:
    """Returns the fingerprint of a SavedModel's graph and weights; empty if it has none.

    A model and its copies have the same fingerprint, even if their warm-up requests differ.
    """
    try:
        found = tf.saved_model.experimental.read_fingerprint(model)
    except (FileNotFoundError, RuntimeError, ValueError):  # No file, or one that cannot be read.
        return ""
    return str(found.singleprint()) if found.checkpoint_hash else ""


def find_copy(folder: str, model: str) -> int | None:
    """Finds the newest version in a model's folder that is a copy of a SavedModel."""
    wanted = read_fingerprint(model)
    for version in reversed(list_versions(folder)) if wanted else ():
        if read_fingerprint(f"{folder}/{version}") == wanted:
            return version
    return None


def find(folder: str, version: str) -> str | None:
    """Finds the folder of a version: "newest", "none", or a number. None if nothing is served.

    Raises DataError for an unknown version, and lists the known ones.
    """
    versions = list_versions(folder)
    if version == NONE or (version == NEWEST and not versions):
        return None
    if version == NEWEST:
        return f"{folder}/{versions[-1]}"
    if version not in map(str, versions):
        raise DataError(
            "unknown_served_version",
            f'{folder} has no version {version!r}. Give one of {versions}, "{NEWEST}" or "{NONE}".',
        )
    return f"{folder}/{version}"
