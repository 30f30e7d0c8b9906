"""Finds the images that the arguments of `fcn predict` name, one at a time.

A folder stands for the images in it at any depth. Junk and files that are not images are left out
and counted. At most the names of one folder are in memory.
"""

from __future__ import annotations

import errno
import glob
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from serving.prediction import image_files
from serving.prediction.image_files import NOT_AN_IMAGE, TooLargeError

STDIN = "-"
LINK_TO_FOLDER = "link_to_a_folder"


class NothingFoundError(ValueError):
    """An argument names no file."""

    def __init__(self, argument: str, reason: str) -> None:
        super().__init__(f"Cannot read {argument} ({reason}): check the path and its permissions.")
        self.argument = argument


@dataclass(frozen=True)
class ImageSource:
    """One image: a file, or standard input."""

    name: str  # As printed.
    place: Path  # Below the folder of the outputs; keeps apart images of one name.

    def read(self) -> bytes:
        """The whole file. Raises OSError, also for one that is too large."""
        if self.name == STDIN:
            return _read_whole(sys.stdin.buffer)
        if Path(self.name).is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder that cannot be listed here")
        with Path(self.name).open("rb") as file:
            return _read_whole(file)


@dataclass
class ImageList:
    """The images of the arguments, in their order; those of a folder are sorted by name.

    A folder stands for the images at any depth in it, a pattern for the images that it matches.
    `left_out` counts the other files of both by kind, while the list is read. Raises
    NothingFoundError.
    """

    arguments: Sequence[str]
    skipped: Path | None = None  # A folder that is not searched: that of the outputs.
    left_out: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for argument in self.arguments:
            _check(argument)
        self._base = _find_common_folder(self.arguments)

    def __iter__(self) -> Iterator[ImageSource]:
        for argument in self.arguments:
            if argument == STDIN:
                yield ImageSource(STDIN, Path("stdin"))
            else:
                yield from (_make_source(path, self._base) for path in self._find(argument))

    def _find(self, argument: str) -> Iterator[str]:
        if os.path.isdir(argument):  # noqa: PTH112
            yield from self._walk(argument, "")
        elif os.path.lexists(argument):
            yield argument
        else:
            yield from filter(self._keep, _match(argument))

    def _walk(self, base: str, folder: str) -> Iterator[str]:
        """The images below a folder. `folder` is the part of the path below `base`."""
        try:
            with os.scandir(os.path.join(base, folder)) as entries:
                found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError:
            yield os.path.join(base, folder)  # Reading it fails: it is named as an image would be.
            return
        for entry in found:
            below = os.path.join(folder, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if self.skipped and Path(entry.path).resolve() == self.skipped.resolve():
                    continue
                yield from self._walk(base, below)
            elif entry.is_dir():
                self.left_out[LINK_TO_FOLDER] += 1
            elif self._keep(entry.path, below):
                yield entry.path

    def _keep(self, path: str, below: str = "") -> bool:
        """Whether a file is an image; counts it if it is not. Dots above `below` do not hide it."""
        name = (below or os.path.basename(path)).replace(os.sep, "/")
        kind = image_files.find_kind(name, path, _open)
        if not kind and os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
            kind = NOT_AN_IMAGE  # A pipe or a device, which might block its reader.
        if kind:
            self.left_out[kind] += 1
        return not kind


def read_names(lines: IO[str]) -> Iterator[ImageSource]:
    """The images that a list names, one in each line; relative to the working directory."""
    base = Path.cwd()
    for line in lines:
        if path := line.rstrip("\r\n"):
            yield _make_source(path, base)


def _open(path: str) -> IO[bytes]:
    """A file of this machine. Raises OSError, also for pipes and devices: they might block."""
    if not Path(path).is_file():
        raise OSError(errno.EINVAL, "not a regular file", path)
    return Path(path).open("rb")


def _make_source(path: str, base: Path) -> ImageSource:
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links.
    if whole.is_relative_to(base):
        return ImageSource(path, whole.relative_to(base))
    return ImageSource(path, Path(*whole.parts[1:]))


def _check(argument: str) -> None:
    """Raises NothingFoundError for an argument that names nothing."""
    if argument == STDIN or os.path.lexists(argument):
        return
    if not glob.has_magic(argument):
        raise NothingFoundError(argument, "No such file or directory")
    if next(_match(argument), None) is None:
        raise NothingFoundError(argument, "no file matches this pattern")


def _match(pattern: str) -> Iterator[str]:
    """The files that a pattern matches; ** stands for any number of folders."""
    return filter(os.path.isfile, glob.iglob(pattern, recursive=True))  # noqa: PTH207


def _find_common_folder(arguments: Sequence[str]) -> Path:
    """The innermost folder that contains all images of the arguments."""
    roots = [_find_root(argument) for argument in arguments if argument != STDIN]
    try:
        return Path(os.path.commonpath(roots))
    except ValueError:  # No roots, or on several drives.
        return Path(os.sep)


def _find_root(argument: str) -> str:
    """A folder itself, the folder of a file, or the part of a pattern before its wildcards."""
    path = Path(os.path.abspath(argument))  # noqa: PTH100
    if os.path.lexists(path):
        return str(path if path.is_dir() else path.parent)
    plain = [parent for parent in path.parents if not glob.has_magic(str(parent))]
    return str(plain[0])


def _read_whole(file: IO[bytes]) -> bytes:
    encoded = file.read(image_files.MAX_BYTES + 1)
    if len(encoded) > image_files.MAX_BYTES:
        raise TooLargeError
    return encoded
