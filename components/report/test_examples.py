"""Reads the records of the test split, and runs the model on the first of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from serving.client.heat import HEAT_MAPS
from trainer.data import records

SIZES = 5_000  # Records whose sizes are shown: more would not make the plot clearer.
PREDICTED = 200  # Records that the model runs on.
BATCH = 4

OPTIONAL = tf.io.FixedLenFeature([], tf.string, default_value="")
BOXES = tf.io.FixedLenSequenceFeature([], tf.float32, allow_missing=True)
SIDES = {
    records.HEIGHT: tf.io.FixedLenFeature([], tf.int64),
    records.WIDTH: tf.io.FixedLenFeature([], tf.int64),
}
FIELDS = {
    records.ENCODED: tf.io.FixedLenFeature([], tf.string),
    records.FILENAME: tf.io.FixedLenFeature([], tf.string),
    records.LABEL_TEXT: OPTIONAL,
    records.SPECIES: OPTIONAL,
    records.MASK: OPTIONAL,
    **dict.fromkeys(records.BOXES.values(), BOXES),
    **SIDES,
}
Values = dict[str, Any]


def read_sizes(folder: str) -> list[tuple[int, int]]:
    """Returns height and width of the first records: a random sample, as a digest orders them."""
    dataset = read_records(folder).take(SIZES)
    parsed = dataset.map(lambda record: tf.io.parse_single_example(record, SIDES))
    rows = parsed.as_numpy_iterator()
    return [(int(row[records.HEIGHT]), int(row[records.WIDTH])) for row in rows]


def predict(folder: str, model: str) -> Iterator[tuple[Values, Values]]:
    """Yields FIELDS of the first records, and the model's outputs for them.

    These are of `heat_maps` if the model has it, else of `evaluate_examples`.
    """
    signatures = tf.saved_model.load(model).signatures
    for batch in read_records(folder).take(PREDICTED).batch(BATCH):
        parsed = tf.io.parse_example(batch, FIELDS)
        if HEAT_MAPS in signatures:
            outputs = signatures[HEAT_MAPS](image_bytes=parsed[records.ENCODED])
        else:
            outputs = signatures["evaluate_examples"](examples=batch)
        yield from zip(split_rows(parsed), split_rows(outputs), strict=True)


def read_records(folder: str) -> tf.data.Dataset:
    """Reads serialized tf.Examples."""
    return tf.data.TFRecordDataset(sorted(tf.io.gfile.glob(f"{folder}/*")))


def split_rows(batch: dict[str, tf.Tensor]) -> list[Values]:
    """Splits a batch into rows of NumPy values."""
    columns = {name: value.numpy() for name, value in batch.items()}
    count = len(next(iter(columns.values())))
    return [{name: column[n] for name, column in columns.items()} for n in range(count)]
