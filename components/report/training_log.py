"""What Keras wrote for TensorBoard while it trained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import tensorflow as tf

PARTS = ("train", "validation")  # Keras's folders.
PREFIX = "epoch_"  # Of the tags that have one value an epoch.

Log = dict[str, dict[str, dict[int, float]]]  # Metric, part, epoch from 1 up: value.


def read(folder: str) -> Log:
    """Every metric's values by epoch; none where nothing was trained.

    A training that went on after a kill left several files: what was written last holds.
    """
    log: Log = defaultdict(lambda: {part: {} for part in PARTS})
    for part in PARTS:
        for event in sorted(events(f"{folder}/{part}"), key=lambda event: event.wall_time):
            for value in event.summary.value:
                if value.tag.startswith(PREFIX):
                    log[value.tag.removeprefix(PREFIX)][part][event.step + 1] = number(value)
    return dict(log)


def best_epoch(log: Log) -> int | None:
    """The epoch with the least validation loss: its weights are the model's."""
    losses = log.get("loss", {}).get("validation", {})
    return min(losses, key=lambda epoch: losses[epoch]) if losses else None


def events(folder: str) -> Iterator[tf.compat.v1.Event]:
    """The events of all files in a folder."""
    for path in tf.io.gfile.glob(f"{folder}/*tfevents*"):
        try:
            for row in tf.data.TFRecordDataset(path).as_numpy_iterator():
                yield tf.compat.v1.Event.FromString(row)
        except tf.errors.DataLossError:
            continue  # A training that was killed left half a row at the end.


def number(value: tf.compat.v1.Summary.Value) -> float:
    """A scalar of either version of TensorBoard's summaries."""
    return float(tf.make_ndarray(value.tensor)) if value.HasField("tensor") else value.simple_value
