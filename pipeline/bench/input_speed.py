"""What the way from records to batches costs, and how much of a batch is image."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf

from pipeline.bench.timing import Lap, Pair, timed
from trainer.config import Experiment
from trainer.data import images, input_pipeline, records

PASS = 1000  # Records, at the least: some tenths of a second.
EVALUATION = "evaluation, first pass"
FIRST_EPOCH = "training, first epoch"
LATER_EPOCHS = "training, later epochs"
TARGETED = (EVALUATION, LATER_EPOCHS)  # The first epoch also fills what the later ones keep.


@dataclass(frozen=True)
class Source:
    """Records, and the experiment that reads them."""

    files: Sequence[str]  # Patterns.
    labels: Sequence[str]
    experiment: Experiment


def training_epoch(source: Source) -> tf.data.Dataset:
    """The augmented batches of one epoch. What is kept in memory stays from pass to pass."""
    batches = input_pipeline.read_training(source.files, source.labels, source.experiment)
    return batches.take(input_pipeline.count_steps(source.files, source.experiment))


def evaluation(source: Source) -> tf.data.Dataset:
    """The batches of read_evaluation before it counts them; the first pass finds no cache."""
    experiment = source.experiment
    decoded = input_pipeline.decode_examples(source.files, source.labels, experiment)
    kept = input_pipeline.cache_if_small(
        decoded, input_pipeline.count_examples(source.files), experiment
    )
    batches = input_pipeline.batch_by_size(kept, experiment)
    return batches.prefetch(tf.data.AUTOTUNE)


def bare_decoding(source: Source) -> tf.data.Dataset:
    """The images of the records, as decoded and nothing else."""

    def decode(serialized: tf.Tensor) -> tf.Tensor:
        fields = tf.io.parse_single_example(serialized, records.CLASS_FEATURES)
        return images.decode(fields[records.ENCODED])

    serialized = tf.data.TFRecordDataset(input_pipeline.expand(source.files))
    return serialized.map(decode, num_parallel_calls=tf.data.AUTOTUNE)


def repeated(source: Source, at_least: int = PASS) -> Source:
    """The records as often as it takes for a pass not to be over before it can be timed."""
    times = -(-at_least // input_pipeline.count_examples(source.files))
    return replace(source, files=[*source.files] * times)


def compare(source: Source, rounds: int) -> Iterator[dict[str, Pair]]:
    """Each way to batches, right after a pass of bare decoding, round by round.

    A round before the first warms up and is not among them. Reading, bucketing, padding and, in
    the first epoch, what fills the shuffle buffer count; building the datasets does not.
    """
    for number in range(rounds + 1):
        epoch = training_epoch(source)
        ways = {EVALUATION: evaluation(source), FIRST_EPOCH: epoch, LATER_EPOCHS: epoch}
        pairs = {
            name: Pair(consume(bare_decoding(source), one), consume(batches, batch_size))
            for name, batches in ways.items()
        }
        if number > 0:
            yield pairs


def consume(dataset: tf.data.Dataset, images_of: Callable[[Any], Any]) -> Lap:
    """One pass, inside TensorFlow: no element reaches Python."""
    return timed(lambda: int(dataset.reduce(0, lambda total, each: total + images_of(each))))


def one(_: tf.Tensor) -> int:
    """The images in an image."""
    return 1


def batch_size(batch: tuple[dict[str, tf.Tensor], tf.Tensor]) -> tf.Tensor:
    """The images in a batch."""
    return tf.shape(batch[0]["image"])[0]


def useful_pixels(batches: tf.data.Dataset) -> float:
    """The share of the batches' pixels that belong to images; the rest is padding. 0..1."""

    def count(totals: tf.Tensor, batch: tuple[dict[str, tf.Tensor], tf.Tensor]) -> tf.Tensor:
        inputs, _ = batch
        sizes = tf.cast(inputs["size"], tf.int64)
        useful = tf.reduce_sum(tf.reduce_prod(sizes, axis=1))
        held = tf.reduce_prod(tf.shape(inputs["image"], out_type=tf.int64)[:3])
        return totals + tf.stack([useful, held])

    return share(batches.reduce(tf.zeros(2, tf.int64), count))


def useful_pixels_as_they_come(source: Source, batch_size: int) -> float:
    """The same for images of their own sizes in the records' order, padded to a batch's largest."""

    def size(serialized: tf.Tensor) -> tf.Tensor:
        fields = tf.io.parse_single_example(serialized, records.CLASS_FEATURES)
        return tf.stack([fields[records.HEIGHT], fields[records.WIDTH]])

    def count(totals: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        useful = tf.reduce_sum(tf.reduce_prod(sizes, axis=1))
        held = tf.shape(sizes, tf.int64)[0] * tf.reduce_prod(tf.reduce_max(sizes, axis=0))
        return totals + tf.stack([useful, held])

    sizes = tf.data.TFRecordDataset(input_pipeline.expand(source.files)).map(size)
    return share(sizes.batch(batch_size).reduce(tf.zeros(2, tf.int64), count))


def share(totals: tf.Tensor) -> float:
    """The useful part of what is held."""
    useful, held = totals.numpy()
    return float(useful / held)
