"""The evaluation of a tiny model by TFX's Evaluator, with thresholds overall and by class."""

from __future__ import annotations

import functools
from dataclasses import replace

import tensorflow as tf
from tfx.types import standard_artifacts

from tests.fakes.report_inputs import evaluate
from tests.fakes.tiny_runs import EXPERIMENT, examples_of, lasting, model_of, record
from trainer.config import Threshold

GATE = (
    Threshold(metric="accuracy", at_least=0.75, max_drop=0.5),
    Threshold(metric="accuracy", at_least=0.25, each_class=True),
)


@functools.cache
def evaluate_colours() -> standard_artifacts.ModelEvaluation:
    """Of two blue and two red images, the candidate gets all right, and the baseline the blue."""
    folder = lasting()
    rows = [record(label, n) for n, label in enumerate(("blue", "blue", "red", "red"))]
    models = (model_of(folder), model_of(folder, always_blue))
    experiment = replace(EXPERIMENT, gate=GATE)
    return evaluate(folder, experiment, *models, examples_of(folder, rows))[1]


def always_blue(pixels, _):
    return tf.tile([[0.75, 0.25]], [tf.shape(pixels)[0], 1])
