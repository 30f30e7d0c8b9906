"""TFMA's run of the metrics on real records and a real model, held against scikit-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tiny_masks
from ingested import in_process
from sklearn.metrics import confusion_matrix
from tfx import types
from tfx.components.evaluator.executor import Executor
from tfx.components.util import model_utils
from tfx.types import standard_artifacts
from tiny_runs import artifact

from components import evaluated, mask_metrics
from pipeline import graph
from trainer import records
from trainer.config import Threshold

NUMBERS = range(len(tiny_masks.SIZES))
SLICES = {
    "overall": ((), list(NUMBERS)),
    "cats": (((records.SPECIES, "cat"),), [n for n in NUMBERS if n % 2 == 0]),
    "small": ((("size_bucket", 0),), [0, 1, 2]),
}


def evaluate(folder, *gate):
    """Runs the Evaluator as the graph asks it to: whether it blessed, and where it wrote."""
    blessing = artifact(standard_artifacts.ModelBlessing, folder)
    evaluation = artifact(standard_artifacts.ModelEvaluation, folder)
    inputs = {
        "examples": [tiny_masks.examples(folder)],
        "model": [tiny_masks.model_of(folder)],
        "baseline_model": [tiny_masks.model_of(folder, always_green)],
    }
    kinds = (standard_artifacts.Examples, standard_artifacts.Model, standard_artifacts.Model)
    experiment = replace(tiny_masks.EXPERIMENT, gate=gate)
    properties = graph.evaluator_of(*map(types.Channel, kinds), experiment).exec_properties
    context = Executor.Context(tmp_dir=str(folder), make_beam_pipeline_fn=in_process)
    outputs = {"evaluation": [evaluation], "blessing": [blessing]}
    Executor(context).Do(inputs, outputs, properties)
    return model_utils.is_model_blessed(blessing), evaluation.uri


def always_green(pixels, _):
    return pixels * 0 + [0.0, 1.0, 0.0]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    passes = Threshold(metric="mean_iou", at_least=0.1, max_drop=0.0)
    return evaluate(tmp_path_factory.mktemp("evaluated"), passes)


def matrix(numbers):
    """scikit-learn's, of truth and answer, over the pixels that count."""
    truths = np.concatenate([tiny_masks.truth(n).ravel() for n in numbers])
    answers = np.concatenate([np.argmax(tiny_masks.image(n), -1).ravel() for n in numbers])
    counts = truths != records.IGNORED
    return confusion_matrix(truths[counts], answers[counts], labels=range(3))


def ious(cells):
    return np.diag(cells) / (cells.sum(0) + cells.sum(1) - np.diag(cells))


@pytest.mark.parametrize("name", SLICES)
def test_metrics_are_those_of_scikit_learn(measured, name):
    key, numbers = SLICES[name]
    found = evaluated.slices(measured[1], evaluated.CANDIDATE)[key]
    cells = matrix(numbers)

    assert found[""]["example_count"] == len(numbers)
    assert found[""]["mean_iou"] == pytest.approx(ious(cells).mean(), abs=1e-9)
    assert found[""]["pixel_accuracy"] == pytest.approx(np.trace(cells) / cells.sum(), abs=1e-9)
    by_class = [found[f"classId:{n}"]["iou"] for n in range(3)]
    assert by_class == pytest.approx(ious(cells), abs=1e-9)


def test_the_baseline_is_measured_too(measured):
    found = evaluated.overall(evaluated.slices(measured[1], evaluated.BASELINE))
    cells = matrix(NUMBERS)

    assert found["pixel_accuracy"] == pytest.approx(cells[1].sum() / cells.sum())


def test_a_model_that_passes_its_gate_is_blessed(measured):
    assert measured[0]
    assert evaluated.gate_failures(measured[1]) == []


def test_a_model_below_its_gate_is_not_blessed_and_the_metric_is_named(tmp_path):
    blessed, uri = evaluate(tmp_path, Threshold(metric="pixel_accuracy", at_least=0.99))

    assert not blessed
    (failure,) = evaluated.gate_failures(uri)
    assert failure.startswith("pixel_accuracy on all test images is")


def test_slices_are_named_as_people_say_them(measured):
    rows = evaluated.by_slice(evaluated.slices(measured[1], evaluated.CANDIDATE))

    assert set(rows) == {"species cat", "species dog", "size bucket 0", "size bucket 1"}
    assert rows["species cat"]["images"] == 3


def test_a_class_that_nobody_names_is_no_part_of_the_mean():
    class Matrix:
        def __init__(self, tp, fp, fn):
            self.tp, self.fp, self.fn = tp, fp, fn

    counts = {0: Matrix(3, 1, 0), 1: Matrix(0, 0, 1), 2: Matrix(0, 0, 0)}

    assert np.isnan(mask_metrics.iou(counts[2]))
    assert mask_metrics.mean_iou(counts) == pytest.approx((0.75 + 0) / 2)
    assert mask_metrics.pixel_accuracy(counts) == pytest.approx(3 / 4)
