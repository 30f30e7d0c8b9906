"""Measures what training costs on this machine: some steps of the model, on the folder's images."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from pipeline.init.budget import Costs
from pipeline.inspection import memory
from trainer import models, untrained
from trainer.config import Experiment
from trainer.data import input_pipeline
from trainer.learning import head_phase, training
from trainer.models.split import split

COPIES = 3  # Of each layer's output in a step: the output, its gradient, and what kernels need.
BATCHES = 5
WARM_UP = 2  # Of these: TensorFlow builds the step and its kernels in the first ones.


class Images(NamedTuple):
    """Ingested images of the training split."""

    files: Sequence[str]  # Patterns of record files.
    labels: tuple[str, ...]


def measure(images: Images, experiment: Experiment) -> Costs:
    """The median cost of a few batches. Raises ResourceExhaustedError if one does not fit a GPU."""
    model = untrained.build_random(experiment, images.labels)
    views, whole = read_batches(images, experiment)
    head_step = time_head(model, whole, experiment) if experiment.head_phase else 0.0
    training.compile_model(model, 1, experiment)
    timer = Timer()
    model.fit(views, steps_per_epoch=BATCHES, callbacks=[timer], verbose=0)
    return Costs(timer.find_median(), time_evaluation(model, whole), head_step)


def time_head(model: keras.Model, whole: tf.data.Dataset, experiment: Experiment) -> float:
    """Seconds of a step of the head, on features that are there."""
    features, head = split(model, models.BACKBONES[experiment.model.name])
    training.compile_model(head, 1, head_phase.derive_recipe(experiment))
    computed = head_phase.compute(features, whole).cache().repeat()
    timer = Timer()
    head.fit(computed, steps_per_epoch=BATCHES, callbacks=[timer], verbose=0)
    return timer.find_median()


def time_evaluation(model: keras.Model, whole: tf.data.Dataset) -> float:
    """Seconds for each image, in batches as validation has them."""
    batches = whole.repeat().take(BATCHES)
    sizes = [int(inputs["size"].shape[0]) for inputs, _ in batches]
    timer = Timer()
    model.evaluate(batches, callbacks=[timer], verbose=0)
    return timer.find_median(sizes)


class Timer(keras.callbacks.Callback):
    """The seconds of each batch, with the reading of it."""

    def __init__(self) -> None:
        super().__init__()
        self._ends = [time.perf_counter()]

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Notes the time."""
        self._ends.append(time.perf_counter())

    on_test_batch_end = on_train_batch_end

    def find_median(self, sizes: Sequence[int] = ()) -> float:
        """The median seconds of a batch, or of an image if sizes of batches are given."""
        seconds = [end - start for start, end in pairwise(self._ends)]
        each = zip(seconds, sizes or [1] * len(seconds), strict=True)
        return statistics.median([took / size for took, size in each][WARM_UP:])


def read_batches(images: Images, experiment: Experiment) -> tuple[tf.data.Dataset, tf.data.Dataset]:
    """Batches of random views, endless, and of whole images, of the first images of the split."""
    count = BATCHES * experiment.train.batch_size
    examples = input_pipeline.decode_examples(images.files, images.labels, experiment).take(count)
    examples = examples.cache()
    seeds = input_pipeline.number_seeds(experiment.train.seed)
    seeded = tf.data.Dataset.zip(examples.repeat(), seeds)
    views = input_pipeline.batch_views(seeded, experiment, 0)
    return views, input_pipeline.batch_by_size(examples, experiment)


def count_bytes(labels: tuple[str, ...], experiment: Experiment) -> int:
    """Bytes of memory that a training step needs for each image of the crop's size, roughly."""
    side = experiment.augment.side
    model = untrained.build_shapes(experiment, labels)
    outputs = memory.measure_outputs(model, memory.Views(1, side, side))
    return COPIES * sum(output.size for output in outputs.values())
