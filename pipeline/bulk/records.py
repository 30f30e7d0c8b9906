"""Reads the images in a file of tf.Examples, as ingestion writes them."""

from __future__ import annotations

from collections.abc import Iterator

import tensorflow as tf
from google.protobuf.message import DecodeError

from trainer.data.records import ENCODED, FILENAME


class NoImageError(ValueError):
    """A record that is not a tf.Example with an image."""


def read_records(path: str) -> Iterator[tuple[str, str, bytes | Exception]]:
    """For each record its file's name, its place (path and number), and its image or an error.

    If the file is damaged, what follows the damage counts as one record.
    """
    number = 0
    compression = "GZIP" if path.endswith(".gz") else ""
    records = iter(tf.data.TFRecordDataset(path, compression).as_numpy_iterator())
    while True:
        place = f"{path}#{number}"
        try:
            record = next(records)
        except StopIteration:
            return
        except tf.errors.OpError as error:
            yield "", place, error
            return
        yield _read(record, place)
        number += 1


def _read(record: bytes, place: str) -> tuple[str, str, bytes | Exception]:
    try:
        features = tf.train.Example.FromString(record).features.feature
    except DecodeError as error:
        return "", place, NoImageError(f"it is not a tf.Example: {error}")
    names = list(features[FILENAME].bytes_list.value) if FILENAME in features else []
    name = names[0].decode("utf-8", "replace") if names else ""
    images = list(features[ENCODED].bytes_list.value) if ENCODED in features else []
    if len(images) != 1:
        return name, place, NoImageError(f"it has {len(images)} values of {ENCODED} instead of one")
    return name, place, images[0]
