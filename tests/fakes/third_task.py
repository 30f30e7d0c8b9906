"""A task that the project does not have: does an image have a label, asked of each label alone.

Logistic regression instead of a choice: the scores of an image need not sum to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
import tensorflow_model_analysis as tfma
from rich.table import Table

from components.report.cards import Card, read_text
from components.tasks.task import ReportParts, TaskComponents
from pipeline.tasks.task import TaskPipeline
from trainer.data import preprocessing
from trainer.data.augmentation import augment
from trainer.data.records import ENCODED, LABEL_TEXT
from trainer.export.signatures import EXAMPLES, ImageModule

NAME = "label_scores"


class Scorer(ImageModule):
    """Answers a score of each label."""

    def _answer(self, pixels, sizes, sent):
        scores = self._network(pixels, sizes)
        labels = self._repeat_labels(tf.shape(scores)[0])
        best = tf.gather(tf.constant(self.labels), tf.argmax(scores, axis=-1))
        return {"probabilities": scores, "label": best, "labels": labels, "all_classes": labels}


@dataclass(frozen=True)
class LabelScores:
    """What the trainer asks of a task."""

    features = dict.fromkeys((ENCODED, LABEL_TEXT), tf.io.FixedLenFeature([], tf.string))
    bytes_per_pixel = 3
    padding = 0.0
    preprocessing_fn = "trainer.data.preprocessing.preprocessing_fn"

    def read_statistics(self, transform_uri, classes):
        return preprocessing.read_classes(transform_uri)

    def read_target(self, fields, labels, size):
        return tf.cast(tf.constant(list(labels)) == fields[LABEL_TEXT], tf.float32)

    def draw_view(self, image, target, seed, config):
        return augment(image, seed, config), target

    def mix(self, batches, seeds, experiment):
        return batches

    def build_loss(self, config, classes):
        return keras.losses.BinaryCrossentropy(from_logits=True)

    def build_metrics(self, classes):
        return [keras.metrics.BinaryAccuracy(threshold=0.0)]

    def activate(self, logits):
        return tf.sigmoid(logits)

    def pair_answers(self, outputs, targets):
        return None  # Each label is asked alone.

    def build_module(self, network, statistics, experiment):
        return scorer(network, statistics, experiment.data.limits)

    def build_constant_module(self, statistics, shares, limits):
        row = tf.constant([[shares[label] for label in statistics.labels]], tf.float32)

        def scores(pixels, _):
            return tf.tile(row, [tf.shape(pixels)[0], 1])

        return scorer(scores, statistics, limits)


def scorer(network, statistics, limits):
    return Scorer(network, statistics.labels, statistics.size_boundaries, limits)


class ServedScorer(tf.Module):
    """A served version with the size buckets of this run."""

    def __init__(self, version, run):
        super().__init__()
        self.labels = run.labels
        self._served, self._run = tf.saved_model.load(version), run

    def trace_signatures(self):
        evaluate = self._served.signatures["evaluate_examples"]
        buckets = self._run.find_size_buckets.get_concrete_function(EXAMPLES)
        return {"evaluate_examples": evaluate, "transform_features": buckets}


def find_problem(images, together, alone, by_rest):
    """A score is between 0 and 1."""
    scores = [score for answer in together for score in answer.probabilities.values()]
    return "" if all(0 <= score <= 1 for score in scores) else f"Not scores: {scores}."


def make_card(fields, outputs, labels):
    truth = labels.index(read_text(fields, LABEL_TEXT))
    score = float(outputs["probabilities"][truth])
    return Card(read_text(fields), score, f"{score:.2f} alone", (labels[truth],), ())


def make_class_row(slices, index, name):
    return {"accuracy": slices[((LABEL_TEXT, name),)][""]["accuracy"]}


def metrics(experiment):
    accuracy = tfma.MetricConfig(
        class_name="SparseCategoricalAccuracy", config='{"name": "accuracy"}'
    )
    return [tfma.MetricConfig(class_name="ExampleCount"), accuracy]


def tables(result):
    table = Table("label", "accuracy", title="Scores of labels")
    for name, row in result.classes.items():
        table.add_row(name, f"{np.round(row['accuracy'], 3)}")
    return [table]


COMPONENTS = TaskComponents(
    find_problem=find_problem,
    adapt_served=ServedScorer,
    report=ReportParts(
        kind="Scores of labels",
        curves=("loss", "binary_accuracy"),
        card_width="10rem",
        make_card=make_card,
        make_class_row=make_class_row,
        select_slices=lambda slices: slices,
        draw_confusion=lambda evaluation, labels: None,
        make_legend=lambda labels, cards: [],
    ),
)
PIPELINE = TaskPipeline(
    image_labels=lambda data: data.classes,
    model_spec={"prediction_key": "probabilities", "label_key": LABEL_TEXT},
    sliced_by=(LABEL_TEXT,),
    by_class=tfma.SlicingSpec(feature_keys=[LABEL_TEXT]),
    metrics=metrics,
    tables=tables,
)
