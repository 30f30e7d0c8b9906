"""Walks a folder of data: each real folder once, so that links cannot make it endless.

Links that lead out of the folder are followed only on request. The walk depends on the number of
real files alone, whatever the links.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import tensorflow as tf

from components.errors import DataError
from components.ingestion.layouts.left_out import (
    LINK_OUT,
    LINK_TO_LISTED,
    LINK_TO_PARENT,
    name_some,
)


@dataclass
class Tree:
    """The content of a folder. Paths are relative to it, with "/", and sorted."""

    folders: list[str] = field(default_factory=list)  # The folder itself is "".
    files: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)  # Links that were not followed: kind.


def walk(base: str, layouts: str, *, follow_links: bool = False) -> Tree:
    """Lists the folders and files at any depth. Raises DataError if a folder cannot be listed.

    `layouts` tells what the folder must contain, for the message about a missing folder.
    """
    if "://" not in base:
        _check_reachable(base)
    if not tf.io.gfile.isdir(base):
        raise DataError(
            "folder_missing", f"The folder {base!r} does not exist. Give a folder with {layouts}."
        )
    tree = _walk_remote(base) if "://" in base else _LocalWalk(base, follow_links).run()
    return Tree(sorted(tree.folders), sorted(tree.files), dict(sorted(tree.skipped.items())))


def _check_reachable(base: str) -> None:
    """Raises DataError if a folder above forbids access: the folder itself then looks missing."""
    try:
        os.stat(base)  # noqa: PTH116
    except PermissionError as error:
        raise DataError(
            "folder_unreadable",
            f"The folder {base!r} cannot be reached: {error.strerror}. Check the permissions of "
            "the folders above it.",
        ) from error
    except OSError:
        return  # It does not exist.


@contextmanager
def explain_links(tree: Tree) -> Iterator[None]:
    """Names in a DataError the links that were not followed: they may be its cause."""
    try:
        yield
    except DataError as error:
        links = [path for path, kind in tree.skipped.items() if kind == LINK_OUT]
        if not links:
            raise
        raise DataError(
            error.reason,
            f"{error} Links that lead out of the folder were not followed: {name_some(links)}. "
            "--follow-links follows them.",
        ) from error


def _walk_remote(base: str) -> Tree:
    """Lists a bucket, which has no links."""
    tree = Tree()
    try:
        for root, _, names in tf.io.gfile.walk(base):
            folder = root[len(base) :].strip("/")
            tree.folders.append(folder)
            tree.files += [f"{folder}/{name}".strip("/") for name in names if name]
    except UnicodeDecodeError as error:
        raise _refuse_name(base, error.object) from error
    except tf.errors.OpError as error:
        raise DataError(
            "folder_unreadable",
            f"{base!r} cannot be listed: {error.message}. Check its permissions.",
        ) from error
    return tree


class _LocalWalk:
    """One walk on this machine. Links wait until all real folders are listed."""

    def __init__(self, base: str, follow_links: bool) -> None:
        self._base = base
        self._real = os.path.realpath(base)
        self._follow_links = follow_links
        self._links: deque[str] = deque()
        self._seen: set[tuple[int, int]] = set()  # Device and inode of each folder.
        self._tree = Tree()

    def run(self) -> Tree:
        """Lists the real folders, then those behind links, which may contain further links."""
        self._list_from("")
        while self._links:
            self._list_from(self._links.popleft())
        return self._tree

    def _list_from(self, top: str) -> None:
        pending = [top]
        while pending:
            folder = pending.pop()
            try:
                pending += self._list_one(folder)
            except OSError as error:
                raise DataError(
                    "folder_unreadable",
                    f"The folder {self._locate(folder)!r} cannot be listed: {error.strerror}. "
                    "Check its permissions.",
                ) from error

    def _list_one(self, folder: str) -> list[str]:
        """Sorts the entries of a folder. Returns the real folders in it."""
        state = os.stat(self._locate(folder))  # noqa: PTH116
        if (state.st_dev, state.st_ino) in self._seen:
            self._tree.skipped[folder] = LINK_TO_LISTED
            return []
        self._seen.add((state.st_dev, state.st_ino))
        self._tree.folders.append(folder)
        inner = []
        with os.scandir(self._locate(folder)) as entries:
            for entry in sorted(entries, key=lambda entry: os.fsencode(entry.name)):
                path = f"{folder}/{entry.name}".lstrip("/")
                self._check_name(entry.name)
                if entry.is_symlink():
                    self._sort_link(path)
                elif entry.is_dir():
                    inner.append(path)
                else:
                    self._tree.files.append(path)
        return inner

    def _sort_link(self, path: str) -> None:
        """Takes a link as a file, puts it off, or skips it."""
        full = self._locate(path)
        target, place = os.path.realpath(full), os.path.realpath(os.path.dirname(full))
        is_folder = os.path.isdir(target)  # noqa: PTH112
        if is_folder and (_is_in(self._real, target) or _is_in(place, target)):
            self._tree.skipped[path] = LINK_TO_PARENT
        elif _is_in(target, self._real):
            if is_folder:
                self._tree.skipped[path] = LINK_TO_LISTED
            else:
                self._tree.files.append(path)
        elif not self._follow_links:
            self._tree.skipped[path] = LINK_OUT
        elif is_folder:
            self._links.append(path)
        else:
            self._tree.files.append(path)

    def _locate(self, path: str) -> str:
        return f"{self._base}/{path}" if path else self._base

    def _check_name(self, name: str) -> None:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError as error:
            raise _refuse_name(self._base, os.fsencode(name)) from error


def _is_in(path: str, folder: str) -> bool:
    """Whether a real path is this folder, or in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _refuse_name(base: str, name: bytes) -> DataError:
    return DataError(
        "name_not_utf8", f"{base!r} contains a name that is not UTF-8: {name!r}. Rename it."
    )
