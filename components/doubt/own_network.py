"""Probabilities of the experiment's own network, trained again without each fold in turn.

The training is that of a run: the same networks, batches, phases and checkpoints.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components.doubt import collection, fold_records
from trainer import tasks
from trainer.config import Recipe
from trainer.data import input_pipeline, records
from trainer.data.preprocessing import DataStatistics
from trainer.export.signatures import load_batch
from trainer.learning import devices, phases
from trainer.learning.checkpoints import remove_checkpoints
from trainer.learning.training import Folders

Probabilities = NDArray[np.floating[Any]]


class OwnNetwork(NamedTuple):
    """What is trained, how often, and the function that reports progress."""

    recipe: Recipe
    statistics: DataStatistics
    folds: int
    report: Callable[[str], None]


class Trained(NamedTuple):
    """A network, and the folder of examples with the fold that it has not learned."""

    model: keras.Model
    judged: str


def load(
    recipe: Recipe, transform_graph: str, folds: int, report: Callable[[str], None]
) -> OwnNetwork:
    """The network of a recipe, with the statistics in Transform's output folder."""
    task = tasks.find_task(recipe)
    statistics = task.read_statistics(transform_graph, recipe.data.classes)
    return OwnNetwork(recipe, statistics, folds, report)


def train_each(examples: str, fold_of: Mapping[str, int], own: OwnNetwork) -> Iterator[Trained]:
    """Trains without each fold in turn; its records are there until the next one is asked for.

    The records are copied to a temporary folder, so the disk needs room for them.
    """
    with tempfile.TemporaryDirectory(prefix="fcn-folds-") as place:
        fold_records.write(examples, fold_of, place)
        for fold in range(own.folds):
            yield Trained(train(place, fold, own), f"{place}/{fold}")


def train(place: str, fold: int, own: OwnNetwork) -> keras.Model:
    """The network that has learned all folds but one."""
    recipe = phases.scale(own.recipe, devices.find_devices(own.recipe))
    files = fold_records.find_files(place, fold, own.folds, own.statistics.labels)
    learned, judged = (
        input_pipeline.count_examples(files.train),
        collection.count(f"{place}/{fold}"),
    )
    own.report(
        f"Fold {fold + 1} of {own.folds}: trains on {learned} images, then judges {judged} others."
    )
    folders = Folders(f"{place}/checkpoints-{fold}", f"{place}/logs-{fold}")
    model = phases.build(recipe, own.statistics)
    phases.fit(model, files, folders, recipe)
    remove_checkpoints(folders.checkpoints)
    return model


def predict(
    examples: str, fold_of: Mapping[str, int], digests: list[str], own: OwnNetwork
) -> Probabilities:
    """The probabilities [N, C] of the statistics' labels for the images with these digests."""
    found = np.zeros((len(digests), len(own.statistics.labels)), np.float32)
    places = defaultdict(list)
    for place, digest in enumerate(digests):
        places[digest].append(place)
    for trained in train_each(examples, fold_of, own):
        for digest, answer in ask(trained, own.recipe):
            found[places[digest]] = answer[: found.shape[1]]  # A box may follow.
    return found


def ask(trained: Trained, recipe: Recipe) -> Iterator[tuple[str, Probabilities]]:
    """The digest of each image that is judged, and what the network answers."""
    activate = tasks.find_task(recipe).activate

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def answer(encoded: tf.Tensor) -> tf.Tensor:
        pixels, sizes, _ = load_batch(encoded, recipe.for_evaluation.data.limits)
        return activate(trained.model({"image": pixels, "size": sizes}, training=False))

    for split in records.SPLITS:
        dataset = collection.read_split(trained.judged, split)
        for rows in collection.read_batches(dataset, recipe.train.batch_size):
            answers = answer(tf.constant([row[records.ENCODED] for row in rows])).numpy()
            yield from zip((row[records.SHA256].decode() for row in rows), answers, strict=True)
