"""Removes old version folders. A version that may still be asked for always stays."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Collection
from pathlib import Path

from serving.rollout.config.model_config import ServedModel
from serving.rollout.errors import RolloutRefused
from serving.rollout.records import Change, Position, find_previous_stable
from serving.versions import find_versions

REMOVED = ".removed"  # Begins the names of folders that are being removed.


def choose_old(base_path: Path, keep: int, protected: Collection[int]) -> list[Path]:
    """The version folders older than the newest `keep` (1 or more), without the protected ones.

    Raises RolloutRefused if the folder is not on this machine.
    """
    versions = find_versions(base_path)
    if not versions:
        raise RolloutRefused(
            f"{base_path} has no versions on this machine: set --base-path to the folder in which "
            "this machine sees them."
        )
    old = sorted(versions)[:-keep]
    return [versions[version] for version in old if version not in protected]


def list_protected(
    model: ServedModel, position: Position | None, changes: Collection[Change]
) -> set[int]:
    """The versions with a label, those that the policy names, and the previous stable version."""
    labelled = position.label().values() if position else ()
    previous = find_previous_stable(changes)
    named = {*model.versions, *model.labels.values(), *labelled}
    return named if previous is None else {*named, previous}


def remove(folder: Path) -> None:
    """Renames, then removes: a server or a kill sees the whole version, or none.

    Also removes what a kill left of an earlier removal.
    """
    folder.rename(folder.with_name(f"{REMOVED}-{uuid.uuid4().hex}-{folder.name}"))
    for left in folder.parent.glob(f"{REMOVED}-*"):
        shutil.rmtree(left)
