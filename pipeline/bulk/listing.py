"""Lists what is to be answered, on any storage of gfile: groups of images, and TFRecord files."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import tensorflow as tf

from serving.prediction import image_files
from serving.prediction.image_files import TooLargeError

FILES = 64  # Images in a group: few enough to keep many workers busy.
RECORDS = "tfrecord"  # In the name of each file of records.
LEFT_OUT = "left_out:"  # Precedes the kind in the name of a count.
COUNTS = "counts"


class NotSharedError(FileNotFoundError):
    """A worker does not see the files that the command has found."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"Beam's worker on {socket.gethostname()} finds no file in {place}: put it on a disk "
            "that all workers share, under the same path, or in a bucket."
        )


@dataclass(frozen=True)
class Work:
    """Images to answer: files, or the tf.Examples in one file of records."""

    files: tuple[tuple[str, str], ...] = ()  # Names as answers have them, and paths.
    records: str = ""


class ListWork(beam.DoFn):
    """Turns a folder, a pattern or a file into Work; the files left out go to COUNTS, by kind."""

    def process(self, place: str) -> Iterator[Any]:
        """Yields while it lists: a folder's files are never all in memory.

        Raises NotSharedError if there is no file.
        """
        left_out: Counter[str] = Counter()
        group: list[tuple[str, str]] = []
        if not has_files(place):
            raise NotSharedError(place)
        for name, path in find_files(place):
            if RECORDS in name.rpartition("/")[2]:
                yield Work(records=path)
            elif kind := image_files.find_kind(name, path, _open):
                left_out[LEFT_OUT + kind] += 1
            else:
                group.append((name, path))
            if len(group) == FILES:
                yield Work(tuple(group))
                group = []
        if group:
            yield Work(tuple(group))
        yield from (beam.pvalue.TaggedOutput(COUNTS, count) for count in left_out.items())


def find_files(place: str) -> Iterator[tuple[str, str]]:
    """The files of a folder at any depth, or of a pattern: names below it, and paths."""
    if not tf.io.gfile.isdir(place):
        yield from ((path.rpartition("/")[2], path) for path in sorted(tf.io.gfile.glob(place)))
        return
    base = place.rstrip("/")
    for folder, _, files in tf.io.gfile.walk(base):
        for file in sorted(files):
            path = f"{folder.rstrip('/')}/{file}"
            yield path[len(base) + 1 :], path


def has_files(place: str) -> bool:
    """Whether there is anything to list."""
    return any(True for _ in find_files(place))


def read_files(files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, bytes | Exception]]:
    """For each image its name, its path, and its bytes or what reading it raises."""
    for name, path in files:
        try:
            yield name, path, _read_whole(path)
        except OSError as error:
            yield name, path, error


def _read_whole(path: str) -> bytes:
    with _open(path) as file:
        if file.size() > image_files.MAX_BYTES:
            raise TooLargeError
        encoded: bytes = file.read()
    return encoded


@contextmanager
def _open(path: str) -> Iterator[Any]:
    """A file on any storage. Opening and reading raise OSError, as a file of this machine does."""
    try:
        with tf.io.gfile.GFile(path, "rb") as file:
            yield file
    except tf.errors.OpError as error:
        raise OSError(error.message) from error
