"""Intersection over union and pixel accuracy as TFMA metrics, from TFMA's own counts of pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tensorflow_model_analysis.metrics import (
    semantic_segmentation_confusion_matrix_metrics as matrices,
)
from tensorflow_model_analysis.metrics.metric_types import (
    DerivedMetricComputation,
    Metric,
    MetricComputations,
    MetricKey,
    SubKey,
    register_metric,
)
from tensorflow_model_analysis.metrics.metric_util import merge_per_key_computations

from trainer.data.records import IGNORED, MASK

IOU = "iou"
MEAN_IOU = "mean_iou"
PIXEL_ACCURACY = "pixel_accuracy"
PREDICTION = "mask_bytes"

Counts = dict[int, Any]  # By class: its true and false positives and negatives, in pixels.


class ClassIoU(matrices.SemanticSegmentationConfusionMatrixMetricBase):
    """`iou` with a sub-key for each class; NaN where neither truth nor answer has the class."""

    def __init__(self, num_classes: int, name: str = IOU) -> None:
        super().__init__(**arguments(num_classes), name=name)

    def get_config(self) -> dict[str, Any]:
        """What makes the metric again."""
        return {"num_classes": len(self.kwargs["class_ids"]), "name": self.name}

    def _default_name(self) -> str:
        return IOU

    def _metric_value(self, matrix: Any) -> float:
        return iou(matrix)


class OverAllClasses(Metric):
    """One number of the counts of all classes."""

    def __init__(self, value: Callable[[Counts], float], num_classes: int, name: str) -> None:
        def computations(
            num_classes: int, name: str = "", model_name: str = "", output_name: str = "", **_: Any
        ) -> MetricComputations:
            return derived(value, num_classes, MetricKey(name, model_name, output_name))

        per_model = merge_per_key_computations(computations)
        super().__init__(per_model, num_classes=num_classes, name=name)


class MeanIoU(OverAllClasses):
    """`mean_iou`: the mean over the classes that truth or answer has."""

    def __init__(self, num_classes: int, name: str = MEAN_IOU) -> None:
        super().__init__(mean_iou, num_classes, name)


class PixelAccuracy(OverAllClasses):
    """`pixel_accuracy`: the part of the pixels that count whose class is the true one."""

    def __init__(self, num_classes: int, name: str = PIXEL_ACCURACY) -> None:
        super().__init__(pixel_accuracy, num_classes, name)


def arguments(num_classes: int) -> dict[str, Any]:
    """How TFMA finds truth and answer, both PNG of class ids."""
    return {
        "class_ids": list(range(num_classes)),
        "ground_truth_key": MASK,
        "prediction_key": PREDICTION,
        "decode_ground_truth": True,
        "decode_prediction": True,
        "ignore_ground_truth_id": IGNORED,
    }


def derived(
    value: Callable[[Counts], float], num_classes: int, key: MetricKey
) -> MetricComputations:
    """TFMA's counts, and one number made of them."""
    counted = matrices.SemanticSegmentationConfusionMatrix(
        **arguments(num_classes), name=f"_pixels_of_{num_classes}"
    ).computations(model_names=[key.model_name], output_names=[key.output_name])
    whole = counted[-1].keys[-1]

    def result(metrics: dict[MetricKey, Any]) -> dict[MetricKey, float]:
        by_class = {n: whole._replace(sub_key=SubKey(class_id=n)) for n in range(num_classes)}
        return {key: value({n: metrics[of] for n, of in by_class.items()})}

    return [*counted, DerivedMetricComputation(keys=[key], result=result)]


def iou(matrix: Any) -> float:
    """Pixels that truth and answer give a class, over those that either does."""
    either = matrix.tp + matrix.fp + matrix.fn
    return float(matrix.tp / either) if either else float("nan")


def mean_iou(counts: Counts) -> float:
    """Of the classes that are there."""
    there = [value for value in map(iou, counts.values()) if not math.isnan(value)]
    return sum(there) / len(there) if there else float("nan")


def pixel_accuracy(counts: Counts) -> float:
    """True positives of all classes, over the pixels that count."""
    total = sum(matrix.tp + matrix.fn for matrix in counts.values())
    return float(sum(matrix.tp for matrix in counts.values()) / total) if total else float("nan")


for metric in (ClassIoU, MeanIoU, PixelAccuracy):
    register_metric(metric)
