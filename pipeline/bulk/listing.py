"""Lists what is to be answered, on any storage of gfile: groups of images, and TFRecord files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import tensorflow as tf

from serving import formats
from serving.left_out import find_kind
from serving.prediction.image_list import MAX_BYTES, NOT_AN_IMAGE, SUFFIXES

FILES = 64  # Images in a group: few enough to keep many workers busy.
RECORDS = "tfrecord"  # In the name of each file of records.
LEFT_OUT = "left_out:"  # Precedes the kind in the name of a count.
COUNTS = "counts"


@dataclass(frozen=True)
class Work:
    """Images to answer: files, or the tf.Examples in one file of records."""

    files: tuple[tuple[str, str], ...] = ()  # Names as answers have them, and paths.
    records: str = ""


class ListWork(beam.DoFn):
    """Turns a folder, a pattern or a file into Work; the files left out go to COUNTS, by kind."""

    def process(self, place: str) -> Iterator[Any]:
        """Yields while it lists: a folder's files are never all in memory."""
        left_out: Counter[str] = Counter()
        group: list[tuple[str, str]] = []
        for name, path in find_files(place):
            if RECORDS in name.rpartition("/")[2]:
                yield Work(records=path)
            elif kind := find_kind(name) or ("" if is_image(path) else NOT_AN_IMAGE):
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


def is_image(path: str) -> bool:
    """Whether the name or the first bytes of a file are those of an image."""
    if f".{path.rpartition('.')[2].lower()}" in SUFFIXES:
        return True
    try:
        with tf.io.gfile.GFile(path, "rb") as file:
            return formats.may_be_image(file.read(formats.HEAD))
    except tf.errors.OpError:
        return False


def has_files(place: str) -> bool:
    """Whether there is anything to list."""
    return any(True for _ in find_files(place))


def read_files(files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, bytes | Exception]]:
    """For each image its name, its path, and its bytes or what reading it raises."""
    for name, path in files:
        try:
            yield name, path, _read_whole(path)
        except (tf.errors.OpError, ValueError) as error:
            yield name, path, error


def _read_whole(path: str) -> bytes:
    with tf.io.gfile.GFile(path, "rb") as file:
        if file.size() > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
        return file.read()
