"""The metric as TFMA computes it, compared with scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import tensorflow_model_analysis as tfma
from sklearn.metrics import precision_recall_fscore_support

from components.metrics.classes import ClassPrecisionRecall

CLASSES = 4  # The last has no images and is never predicted: NaN.
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
        metrics_specs=[tfma.MetricsSpec(metrics=[by_class()])],
    )
    return tfma.analyze_raw_data(pd.DataFrame(rows), config)


def by_class():
    return tfma.MetricConfig(
        module=ClassPrecisionRecall.__module__,
        class_name=ClassPrecisionRecall.__name__,
        config=f'{{"num_classes": {CLASSES}}}',
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
