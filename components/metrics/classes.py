"""Precision and recall of each class as a TFMA metric, from TFMA's own confusion matrix.

An image counts for its most probable class. TFMA's Precision and Recall with `class_id` and
`top_k` are wrong on slices: there they count every class as predicted.
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
from tensorflow_model_analysis.proto import config_pb2

PRECISION = "precision"
RECALL = "recall"
# The class of a matrix entry that each ratio's denominator goes by.
DENOMINATORS = {PRECISION: "predicted_class_id", RECALL: "actual_class_id"}


class ClassPrecisionRecall(tfma.metrics.Metric):
    """`precision` and `recall` with a sub-key for each class; NaN for a class without images."""

    def __init__(self, num_classes: int, name: str = "class_precision_recall") -> None:
        per_model = merge_per_key_computations(make_computations)
        super().__init__(per_model, num_classes=num_classes, name=name)


def make_computations(
    num_classes: int,
    name: str = "",
    eval_config: config_pb2.EvalConfig | None = None,
    model_name: str = "",
    output_name: str = "",
    example_weighted: bool = False,
    **_: Any,
) -> MetricComputations:
    """Returns TFMA's confusion matrix, and the ratios derived from it. TFMA sets the arguments."""
    matrix = matrices.multi_class_confusion_matrices(
        thresholds=[0.0],
        eval_config=eval_config,
        model_name=model_name,
        output_name=output_name,
        example_weighted=example_weighted,
    )
    return [*matrix, derive_ratios(matrix[-1].keys[-1], num_classes)]


def derive_ratios(matrix: MetricKey, num_classes: int) -> DerivedMetricComputation:
    """Derives precision and recall of each class from the matrix."""
    keys = {
        (name, class_id): matrix._replace(name=name, sub_key=SubKey(class_id=class_id))
        for class_id in range(num_classes)
        for name in DENOMINATORS
    }

    def result(metrics: dict[MetricKey, Any]) -> dict[MetricKey, float]:
        entries = metrics[matrix].get(0.0, {})
        return {
            key: divide_hits(entries, class_id, DENOMINATORS[name])
            for (name, class_id), key in keys.items()
        }

    return DerivedMetricComputation(keys=list(keys.values()), result=result)


def divide_hits(entries: dict[Any, float], class_id: int, side: str) -> float:
    """Divides a class's hits by all entries with this class on that side; NaN if there are none."""
    total = sum(count for cell, count in entries.items() if getattr(cell, side) == class_id)
    hits = entries.get(matrices.MatrixEntryKey(class_id, class_id), 0.0)
    return hits / total if total else float("nan")


register_metric(ClassPrecisionRecall)
