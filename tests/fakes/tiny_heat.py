"""A served classifier with heat maps, and images that it looks at."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

from tests.fakes import tiny
from trainer.data import records
from trainer.export import saved_model

IMAGES = [tiny.pixels(40, 48), tiny.pixels(33, 20, seed=1)]


def publish(folder: Path, *overrides: str, head: str = "conv", pooling: str = "average") -> Path:
    """Writes version 1 of a model with random weights."""
    model = tiny.with_random_weights(tiny.model_of(head, pooling))
    saved_model.save(
        model, tiny.STATISTICS, tiny.with_values(*overrides), str(folder / ".1.partial")
    )
    return (folder / ".1.partial").rename(folder / "1")


def write_split(folder: Path, count: int) -> Path:
    """Records with the names 0.png, 1.png, …, their classes in turn."""
    serialized = []
    for number in range(count):
        label = tiny.LABELS[number % len(tiny.LABELS)]
        example = tf.train.Example.FromString(tiny.example(tiny.drawn(label, number), label))
        name = tf.train.BytesList(value=[f"{number}.png".encode()])
        example.features.feature[records.FILENAME].bytes_list.CopyFrom(name)
        serialized.append(example.SerializeToString())
    tiny.write(folder / "data_tfrecord-00000", serialized)
    return folder
