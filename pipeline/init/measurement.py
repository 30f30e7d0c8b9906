"""Measures what training costs on this machine: some steps of the model, on the folder's images."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from pipeline.init.budget import Costs
from trainer import head_phase, models, training
from trainer.config import Experiment
from trainer.data import input_pipeline
from trainer.data.preprocessing import DataStatistics
from trainer.model_config import drop_weights
from trainer.models.split import split

FLOAT = 4  # Bytes.
COPIES = 3  # Of each layer's output in a step: the output, its gradient, and what kernels need.
WARM_UP, MEASURED = 2, 3  # Batches. TensorFlow traces the first ones, which have new shapes.


class Images(NamedTuple):
    """Ingested images of the training split."""

    files: Sequence[str]  # Patterns of record files.
    labels: tuple[str, ...]


def measure(images: Images, experiment: Experiment) -> Costs:
    """The median cost of a few batches. Raises ResourceExhaustedError if one does not fit a GPU."""
    model = build(images.labels, experiment)
    views, whole = read_batches(images, experiment)
    head_step = 0.0
    if experiment.head_phase:  # Before training.compile_model() makes a state for all weights.
        features, head = split(model, models.BACKBONES[experiment.model.name])
        training.compile_model(head, 1, head_phase.derive_recipe(experiment))
        batches = head_phase.compute(features, whole)
        head_step = time_batches(lambda batch: head.train_on_batch(*batch), list(cycle(batches)))
    training.compile_model(model, 1, experiment)
    return Costs(
        step=time_batches(lambda batch: model.train_on_batch(*batch), cycle(views)),
        image=time_evaluation(model, whole),
        head_step=head_step,
    )


def build(labels: tuple[str, ...], experiment: Experiment) -> keras.Model:
    """The experiment's model, with random weights: they cost as much as any."""
    data = DataStatistics(labels, mean=(127.0,) * 3, std=(64.0,) * 3, size_boundaries=())
    return models.build(drop_weights(experiment.model), data)


def read_batches(images: Images, experiment: Experiment) -> tuple[tf.data.Dataset, tf.data.Dataset]:
    """Batches of random views, endless, and of whole images, of the first images of the split."""
    count = (WARM_UP + MEASURED) * experiment.train.batch_size
    examples = input_pipeline.decode_examples(images.files, images.labels, experiment).take(count)
    examples = examples.cache()
    seeds = input_pipeline.number_seeds(experiment.train.seed)
    seeded = tf.data.Dataset.zip(examples.repeat(), seeds)
    views = input_pipeline.batch_views(seeded, experiment, 0)
    return views, input_pipeline.batch_by_size(examples, experiment)


def cycle(batches: tf.data.Dataset) -> Iterator[Any]:
    """As many batches as are measured; they come again if there are fewer."""
    return islice(iter(batches.repeat()), WARM_UP + MEASURED)


def time_evaluation(model: keras.Model, whole: tf.data.Dataset) -> float:
    """Seconds for each image, of the model alone."""
    batches = list(cycle(whole))
    sizes = {id(batch): int(batch[0]["size"].shape[0]) for batch in batches}
    times = list(time_each(lambda batch: model.test_on_batch(*batch), batches))
    each = [seconds / sizes[id(batch)] for batch, seconds in zip(batches, times, strict=True)]
    return statistics.median(each[WARM_UP:])


def time_batches(work: Callable[[Any], Any], batches: Iterator[Any] | list[Any]) -> float:
    """The median of the seconds for one batch, after the warm-up. Reading it counts too."""
    return statistics.median(list(time_each(work, batches))[WARM_UP:])


def time_each(work: Callable[[Any], Any], batches: Iterator[Any] | list[Any]) -> Iterator[float]:
    """The seconds for each batch, with the reading of it."""
    start = time.perf_counter()
    for batch in batches:
        work(batch)
        end = time.perf_counter()
        yield end - start
        start = end


def count_bytes(labels: tuple[str, ...], experiment: Experiment) -> int:
    """Bytes of memory that a training step needs for each image of the crop's size, roughly."""
    with keras.StatelessScope(initialize_variables=False):
        model = build(labels, experiment)
    every = keras.Model(model.inputs, [layer.output for layer in list_layers(model)])
    numbers = head_phase.count_numbers(every, experiment.augment.side)
    return math.ceil(numbers * FLOAT * COPIES)


def list_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers that compute something."""
    return [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
