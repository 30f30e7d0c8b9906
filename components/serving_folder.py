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


def fingerprint(model: str) -> str:
    """What a SavedModel's graph and weights come to; empty if it has no `fingerprint.pb`.

    Equal for a model and its copies, whatever warm-up requests these have.
    """
    try:
        found = tf.saved_model.experimental.read_fingerprint(model)
    except (FileNotFoundError, RuntimeError, ValueError):  # No file, or one that cannot be read.
        return ""
    return str(found.singleprint()) if found.checkpoint_hash else ""


def find_copy(folder: str, model: str) -> int | None:
    """The newest version in a model's folder that is a copy of a SavedModel; None without one."""
    wanted = fingerprint(model)
    copies = (n for n in reversed(versions(folder)) if fingerprint(f"{folder}/{n}") == wanted)
    return next(copies, None) if wanted else None


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
