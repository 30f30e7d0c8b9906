"""Measures the input pipeline's speed, and how much of a batch is image rather than padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf

from pipeline.bench.timing import Lap, LapPair, time_work
from trainer.config import Experiment
from trainer.data import images, input_pipeline, records

PASS = 1000  # Records, at least: they take some tenths of a second.
EVALUATION = "evaluation, first pass"
FIRST_EPOCH = "training, first epoch"
LATER_EPOCHS = "training, later epochs"
TARGETED = (EVALUATION, LATER_EPOCHS)  # The first epoch also fills the cache.


@dataclass(frozen=True)
class RecordSource:
    """Records, and the experiment that reads them."""

    files: Sequence[str]  # Patterns.
    labels: Sequence[str]
    experiment: Experiment


def read_training_epoch(source: RecordSource) -> tf.data.Dataset:
    """The augmented batches of one epoch. The cache stays filled from pass to pass."""
    batches = input_pipeline.read_training(source.files, source.labels, source.experiment)
    return batches.take(input_pipeline.count_steps(source.files, source.experiment))


def read_evaluation(source: RecordSource) -> tf.data.Dataset:
    """The batches of input_pipeline.read_evaluation, with an empty cache at the first pass."""
    experiment = source.experiment
    decoded = input_pipeline.decode_examples(source.files, source.labels, experiment)
    kept = input_pipeline.cache_if_small(
        decoded, input_pipeline.count_examples(source.files), experiment
    )
    batches = input_pipeline.batch_by_size(kept, experiment)
    return batches.prefetch(tf.data.AUTOTUNE)


def read_bare_images(source: RecordSource) -> tf.data.Dataset:
    """The images of the records, only decoded."""

    def decode(serialized: tf.Tensor) -> tf.Tensor:
        fields = tf.io.parse_single_example(serialized, records.CLASS_FEATURES)
        return images.decode(fields[records.ENCODED])

    serialized = tf.data.TFRecordDataset(input_pipeline.expand(source.files))
    return serialized.map(decode, num_parallel_calls=tf.data.AUTOTUNE)


def repeat(source: RecordSource, at_least: int = PASS) -> RecordSource:
    """The records, repeated until a pass takes long enough to be timed."""
    times = -(-at_least // input_pipeline.count_examples(source.files))
    return replace(source, files=[*source.files] * times)


def compare(source: RecordSource, rounds: int) -> Iterator[dict[str, LapPair]]:
    """Times each input pipeline right after a pass of bare decoding, round by round.

    One more round goes first as a warm-up and is left out. The times include reading, bucketing,
    padding and, in the first epoch, filling the shuffle buffer; not the building of datasets.
    """
    for number in range(rounds + 1):
        epoch = read_training_epoch(source)
        pipelines = {EVALUATION: read_evaluation(source), FIRST_EPOCH: epoch, LATER_EPOCHS: epoch}
        pairs = {
            name: LapPair(
                consume(read_bare_images(source), count_one), consume(batches, count_batch)
            )
            for name, batches in pipelines.items()
        }
        if number > 0:
            yield pairs


def consume(dataset: tf.data.Dataset, count: Callable[[Any], Any]) -> Lap:
    """Times one pass inside TensorFlow: no element reaches Python."""
    return time_work(lambda: int(dataset.reduce(0, lambda total, each: total + count(each))))


def count_one(_: tf.Tensor) -> int:
    """The number of images in one image."""
    return 1


def count_batch(batch: tuple[dict[str, tf.Tensor], tf.Tensor]) -> tf.Tensor:
    """The number of images in a batch."""
    return tf.shape(batch[0]["image"])[0]


def measure_useful_pixels(batches: tf.data.Dataset) -> float:
    """The share of the batches' pixels that belong to images, 0..1; the rest is padding."""

    def count(totals: tf.Tensor, batch: tuple[dict[str, tf.Tensor], tf.Tensor]) -> tf.Tensor:
        inputs, _ = batch
        sizes = tf.cast(inputs["size"], tf.int64)
        useful = tf.reduce_sum(tf.reduce_prod(sizes, axis=1))
        total = tf.reduce_prod(tf.shape(inputs["image"], out_type=tf.int64)[:3])
        return totals + tf.stack([useful, total])

    return find_share(batches.reduce(tf.zeros(2, tf.int64), count))


def measure_useful_pixels_unsorted(source: RecordSource, batch_size: int) -> float:
    """The same share for images in the records' order, padded to the largest of each batch."""

    def size(serialized: tf.Tensor) -> tf.Tensor:
        fields = tf.io.parse_single_example(serialized, records.CLASS_FEATURES)
        return tf.stack([fields[records.HEIGHT], fields[records.WIDTH]])

    def count(totals: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        useful = tf.reduce_sum(tf.reduce_prod(sizes, axis=1))
        total = tf.shape(sizes, tf.int64)[0] * tf.reduce_prod(tf.reduce_max(sizes, axis=0))
        return totals + tf.stack([useful, total])

    sizes = tf.data.TFRecordDataset(input_pipeline.expand(source.files)).map(size)
    return find_share(sizes.batch(batch_size).reduce(tf.zeros(2, tf.int64), count))


def find_share(totals: tf.Tensor) -> float:
    """The useful part of the total, from a pair of both."""
    useful, total = totals.numpy()
    return float(useful / total)
