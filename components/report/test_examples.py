"""The test split's records, and what the model says of the first of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from trainer.data import records

SIZES = 5_000  # Records whose sizes are shown: more make no clearer picture.
ASKED = 200  # Records that the model is asked about.
BATCH = 4

OPTIONAL = tf.io.FixedLenFeature([], tf.string, default_value="")
FIELDS = {
    records.ENCODED: tf.io.FixedLenFeature([], tf.string),
    records.FILENAME: tf.io.FixedLenFeature([], tf.string),
    records.LABEL_TEXT: OPTIONAL,
    records.SPECIES: OPTIONAL,
    records.MASK: OPTIONAL,
}
SIDES = {
    records.HEIGHT: tf.io.FixedLenFeature([], tf.int64),
    records.WIDTH: tf.io.FixedLenFeature([], tf.int64),
}

Values = dict[str, Any]


def sizes(folder: str) -> list[tuple[int, int]]:
    """Height and width of the first records. Shards follow the content's digest: a fair sample."""
    parsed = rows(folder).take(SIZES).map(lambda row: tf.io.parse_single_example(row, SIDES))
    found = parsed.as_numpy_iterator()
    return [(int(sides[records.HEIGHT]), int(sides[records.WIDTH])) for sides in found]


def answered(folder: str, model: str) -> Iterator[tuple[Values, Values]]:
    """The first records' FIELDS, and the outputs of `evaluate_examples` for them."""
    loaded = tf.saved_model.load(model)
    ask = loaded.signatures["evaluate_examples"]
    for batch in rows(folder).take(ASKED).batch(BATCH):
        fields = each(tf.io.parse_example(batch, FIELDS))
        yield from zip(fields, each(ask(examples=batch)), strict=True)


def rows(folder: str) -> tf.data.Dataset:
    """Serialized tf.Examples."""
    return tf.data.TFRecordDataset(sorted(tf.io.gfile.glob(f"{folder}/*")))


def each(batch: dict[str, tf.Tensor]) -> list[Values]:
    """A batch's rows, as NumPy's values."""
    columns = {name: value.numpy() for name, value in batch.items()}
    count = len(next(iter(columns.values())))
    return [{name: column[n] for name, column in columns.items()} for n in range(count)]
