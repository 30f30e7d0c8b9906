"""The recorded images whose labels are judged: what is kept of each, without its pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from components.ingestion.near_duplicates import groups, look
from trainer.data import images, records

SIDE = 320  # Pixels of the longer side: 224, the side of pretraining, finds fewer swapped labels.
BATCH = 32
MOST = 50_000  # Images of which something is in memory: 5 kB each, if their features are.

FIELDS = {
    records.ENCODED: tf.io.FixedLenFeature([], tf.string),
    records.FILENAME: tf.io.FixedLenFeature([], tf.string),
    records.SHA256: tf.io.FixedLenFeature([], tf.string),
    records.LABEL_TEXT: tf.io.FixedLenFeature([], tf.string, default_value=""),
}


class Seen(NamedTuple):
    """One recorded image, without its pixels."""

    sha256: str
    path: str
    label: str
    split: str
    look: str  # See components/ingestion/near_duplicates.


class Collection(NamedTuple):
    """Some images of a folder of examples."""

    images: list[Seen]
    left: int = 0  # Images of the folder that are not here: there is a limit.

    def find_groups(self) -> list[str]:
        """The group of near-duplicates of each image; an image without any is its own group."""
        digests = [image.sha256 for image in self.images]
        prefixes = np.array([int(each[: groups.PREFIX], 16) for each in digests], np.uint64)
        looks = np.array([int(image.look, 16) for image in self.images], np.uint64)
        found = groups.find(prefixes, looks)
        return [found.find_leader(digest) or digest for digest in digests]


def collect(examples: str, *, most: int = MOST) -> Collection:
    """The first images of each split in the folder of examples, `most` in all."""
    seen = [image for images, _ in look_at(examples, most) for image in images]
    return Collection(seen, count(examples) - len(seen))


def look_at(examples: str, most: int) -> Iterator[tuple[list[Seen], list[tf.Tensor]]]:
    """The first images of each split and their pixels [H, W, 3], BATCH at a time, `most` in all.

    The order is that of their digests, so the first ones are a random sample.
    """
    room = most
    for split in records.SPLITS:
        for rows in read_batches(read_split(examples, split).take(room), BATCH):
            pixels = [images.load(tf.constant(row[records.ENCODED]), SIDE) for row in rows]
            yield [describe(*each, split) for each in zip(rows, pixels, strict=True)], pixels
            room -= len(rows)


def count(examples: str) -> int:
    """The number of all images in the folder of examples."""
    splits = (read_split(examples, split) for split in records.SPLITS)
    return sum(int(split.reduce(0, lambda total, _: total + 1)) for split in splits)


def read_split(examples: str, split: str) -> tf.data.Dataset:
    """The serialized records of a split."""
    return tf.data.TFRecordDataset(sorted(tf.io.gfile.glob(f"{examples}/Split-{split}/*")))


def read_batches(dataset: tf.data.Dataset, size: int) -> Iterator[list[dict[str, bytes]]]:
    """FIELDS of serialized records, `size` at a time."""
    for batch in dataset.batch(size):
        parsed = tf.io.parse_example(batch, FIELDS)
        columns = {name: value.numpy() for name, value in parsed.items()}
        yield [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def describe(fields: dict[str, bytes], pixels: tf.Tensor, split: str) -> Seen:
    """What is kept of a record and its pixels [H, W, 3]."""
    names = (records.SHA256, records.FILENAME, records.LABEL_TEXT)
    sha256, path, label = (fields[name].decode() for name in names)
    return Seen(sha256, path, label, split, look.compute(pixels))
