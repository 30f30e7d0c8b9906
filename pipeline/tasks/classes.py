"""What TFMA measures of a classifier."""

from __future__ import annotations

import json
from typing import Any

import tensorflow_model_analysis as tfma

from components.metrics.classes import ClassPrecisionRecall
from pipeline.tasks.metric_config import own_metric
from trainer.data.records import LABEL_TEXT

SLICED_BY = (LABEL_TEXT,)
BY_CLASS = tfma.SlicingSpec(feature_keys=[LABEL_TEXT])
# Labels are texts, which the model's `all_classes` turn into numbers.
SPEC = {"prediction_key": "probabilities", "label_key": LABEL_TEXT}
# What a threshold may name: TFMA's class for it, and its options.
METRICS: dict[str, tuple[str, dict[str, Any]]] = {
    "accuracy": ("SparseCategoricalAccuracy", {}),
    "top_2_accuracy": ("SparseTopKCategoricalAccuracy", {"k": 2}),
}


def metrics(classes: int) -> list[tfma.MetricConfig]:
    """Accuracies, the confusion matrix, and each class's precision and recall."""
    confusion = json.dumps({"name": "confusion", "thresholds": [0.0]})
    return [
        tfma.MetricConfig(class_name="ExampleCount"),
        *(
            tfma.MetricConfig(class_name=kind, config=json.dumps({"name": name, **options}))
            for name, (kind, options) in METRICS.items()
        ),
        tfma.MetricConfig(class_name="MultiClassConfusionMatrixPlot", config=confusion),
        own_metric(ClassPrecisionRecall, "class_precision_recall", classes),
    ]
