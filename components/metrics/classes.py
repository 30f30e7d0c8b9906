"""Precision and recall of each class as a TFMA metric, from TFMA's own confusion matrix.

An image counts for its most probable class. TFMA's Precision and Recall with `class_id` and
`top_k` do not do: on slices they take every class for predicted.
"""

from __future__ import annotations

from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import multi_class_confusion_matrix_metrics as matrices
from tensorflow_model_analysis.metrics.metric_types import (
    DerivedMetricComputation,
    MetricComputations,
    MetricKey,
    SubKey,
    register_metric,
)
from tensorflow_model_analysis.metrics.metric_util import merge_per_key_computations

PRECISION = "precision"
RECALL = "recall"
# The part of the matrix that each is a ratio over.
OVER = {PRECISION: "predicted_class_id", RECALL: "actual_class_id"}


class ClassPrecisionRecall(tfma.metrics.Metric):
    """`precision` and `recall` with a sub-key for each class; NaN where a class has no image."""

    def __init__(self, num_classes: int, name: str = "class_precision_recall") -> None:
        per_model = merge_per_key_computations(computations)
        super().__init__(per_model, num_classes=num_classes, name=name)


def computations(
    num_classes: int,
    name: str = "",
    eval_config: tfma.EvalConfig | None = None,
    model_name: str = "",
    output_name: str = "",
    example_weighted: bool = False,
    **_: Any,
) -> MetricComputations:
    """TFMA's matrix, and the ratios derived from it."""
    matrix = matrices.multi_class_confusion_matrices(
        thresholds=[0.0],
        eval_config=eval_config,
        model_name=model_name,
        output_name=output_name,
        example_weighted=example_weighted,
    )
    whole = matrix[-1].keys[-1]
    keys = {
        (name, class_id): whole._replace(name=name, sub_key=SubKey(class_id=class_id))
        for class_id in range(num_classes)
        for name in OVER
    }

    def result(metrics: dict[MetricKey, Any]) -> dict[MetricKey, float]:
        entries = metrics[whole].get(0.0, {})
        return {key: part(entries, class_id, OVER[name]) for (name, class_id), key in keys.items()}

    return [*matrix, DerivedMetricComputation(keys=list(keys.values()), result=result)]


def part(entries: dict[Any, float], class_id: int, of: str) -> float:
    """The hits' part of the entries whose actual, or predicted, class is this one."""
    total = sum(count for cell, count in entries.items() if getattr(cell, of) == class_id)
    hits = entries.get(matrices.MatrixEntryKey(class_id, class_id), 0.0)
    return hits / total if total else float("nan")


register_metric(ClassPrecisionRecall)
