"""TFMA's run of the metric, held against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import tensorflow_model_analysis as tfma
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from components.metrics.classes import ClassPrecisionRecall, part

CLASSES = 4  # The last is neither asked about nor answered.
RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(0, CLASSES - 1, 60)
PROBABILITIES = np.hstack([RANDOM.dirichlet([1] * (CLASSES - 1), 60), np.zeros((60, 1))])
SIDES = np.where(np.arange(60) < 25, "small", "large")
SLICES = {
    (): SIDES != "",
    (("side", "small"),): SIDES == "small",
    (("side", "large"),): SIDES == "large",
}


@pytest.fixture(scope="module")
def result():
    """What TFMA measures, by slice: overall and by side."""
    rows = {"label": LABELS, "prediction": list(PROBABILITIES), "side": SIDES}
    config = tfma.EvalConfig(
        model_specs=[tfma.ModelSpec(label_key="label", prediction_key="prediction")],
        slicing_specs=[tfma.SlicingSpec(), tfma.SlicingSpec(feature_keys=["side"])],
        metrics_specs=[tfma.MetricsSpec(metrics=[by_class(), matrix()])],
    )
    return tfma.analyze_raw_data(pd.DataFrame(rows), config)


def by_class():
    return tfma.MetricConfig(
        module=ClassPrecisionRecall.__module__,
        class_name=ClassPrecisionRecall.__name__,
        config=f'{{"num_classes": {CLASSES}}}',
    )


def matrix():
    return tfma.MetricConfig(
        class_name="MultiClassConfusionMatrixPlot", config='{"thresholds": [0.0]}'
    )


def measured(result, where, name):
    """The metric's value for each class."""
    by_sub_key = dict(result.slicing_metrics)[where][""]
    return [float(by_sub_key[f"classId:{c}"][name]["doubleValue"]) for c in range(CLASSES)]


@pytest.mark.parametrize("where", SLICES, ids=["overall", "small", "large"])
def test_precision_and_recall_are_those_of_scikit_learn(result, where):
    chosen = SLICES[where]
    expected = precision_recall_fscore_support(
        LABELS[chosen],
        PROBABILITIES[chosen].argmax(1),
        labels=range(CLASSES),
        zero_division=math.nan,
    )

    np.testing.assert_allclose(measured(result, where, "precision"), expected[0])
    np.testing.assert_allclose(measured(result, where, "recall"), expected[1])


def test_a_class_without_an_image_has_no_precision_and_no_recall(result):
    assert math.isnan(measured(result, (), "precision")[-1])
    assert math.isnan(measured(result, (), "recall")[-1])


@pytest.mark.parametrize("where", SLICES, ids=["overall", "small", "large"])
def test_the_confusion_matrix_is_that_of_scikit_learn(result, where):
    chosen = SLICES[where]
    expected = confusion_matrix(
        LABELS[chosen], PROBABILITIES[chosen].argmax(1), labels=range(CLASSES)
    )

    plots = dict(result.plots)[where][""][""]
    (at_zero,) = plots["multiClassConfusionMatrixAtThresholds"]["matrices"]
    found = np.zeros_like(expected)
    for entry in at_zero["entries"]:
        cell = entry.get("actualClassId", 0), entry.get("predictedClassId", 0)
        found[cell] = entry["numWeightedExamples"]
    np.testing.assert_array_equal(found, expected)


def test_a_ratio_of_nothing_is_nan():
    assert math.isnan(part({}, 0, "actual_class_id"))
