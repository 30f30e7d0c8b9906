"""Reads the log that Keras wrote for TensorBoard during training."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import tensorflow as tf

PARTS = ("train", "validation")  # Keras's folders.
PREFIX = "epoch_"  # Of the tags with one value per epoch.

Log = dict[str, dict[str, dict[int, float]]]  # Metric, part, epoch from 1 up: value.


def read(folder: str) -> Log:
    """Reads every metric's values by epoch; empty if nothing was trained.

    A resumed training leaves several files: the value that was written last counts.
    """
    log: Log = defaultdict(lambda: {part: {} for part in PARTS})
    for part in PARTS:
        for event in sorted(read_events(f"{folder}/{part}"), key=lambda event: event.wall_time):
            for value in event.summary.value:
                if value.tag.startswith(PREFIX):
                    log[value.tag.removeprefix(PREFIX)][part][event.step + 1] = to_number(value)
    return dict(log)


def find_best_epoch(log: Log) -> int | None:
    """Finds the epoch with the lowest validation loss, whose weights the model has."""
    losses = log.get("loss", {}).get("validation", {})
    return min(losses, key=lambda epoch: losses[epoch]) if losses else None


def read_events(folder: str) -> Iterator[tf.compat.v1.Event]:
    """Yields the events of all files in a folder."""
    for path in tf.io.gfile.glob(f"{folder}/*tfevents*"):
        try:
            for row in tf.data.TFRecordDataset(path).as_numpy_iterator():
                yield tf.compat.v1.Event.FromString(row)
        except tf.errors.DataLossError:
            continue  # A killed training leaves half a row at the end.


def to_number(value: tf.compat.v1.Summary.Value) -> float:
    """Converts a scalar of either version of TensorBoard's summaries."""
    return float(tf.make_ndarray(value.tensor)) if value.HasField("tensor") else value.simple_value
