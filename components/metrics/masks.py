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
    """`iou` with a sub-key for each class; NaN if neither truth nor prediction has the class."""

    def __init__(self, num_classes: int, name: str = IOU) -> None:
        super().__init__(**make_arguments(num_classes), name=name)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that TFMA rebuilds the metric with."""
        return {"num_classes": len(self.kwargs["class_ids"]), "name": self.name}

    def _default_name(self) -> str:
        return IOU

    def _metric_value(self, matrix: Any) -> float:
        return compute_iou(matrix)


class OverAllClasses(Metric):
    """One number, computed from the counts of all classes."""

    def __init__(self, value: Callable[[Counts], float], num_classes: int, name: str) -> None:
        def computations(
            num_classes: int, name: str = "", model_name: str = "", output_name: str = "", **_: Any
        ) -> MetricComputations:
            return derive(value, num_classes, MetricKey(name, model_name, output_name))

        per_model = merge_per_key_computations(computations)
        super().__init__(per_model, num_classes=num_classes, name=name)


class MeanIoU(OverAllClasses):
    """`mean_iou`: the mean over the classes that truth or prediction has."""

    def __init__(self, num_classes: int, name: str = MEAN_IOU) -> None:
        super().__init__(compute_mean_iou, num_classes, name)


class PixelAccuracy(OverAllClasses):
    """`pixel_accuracy`: the share of correct pixels among those that are not ignored."""

    def __init__(self, num_classes: int, name: str = PIXEL_ACCURACY) -> None:
        super().__init__(compute_pixel_accuracy, num_classes, name)


def make_arguments(num_classes: int) -> dict[str, Any]:
    """Tells TFMA where to find truth and prediction, both PNGs of class ids."""
    return {
        "class_ids": list(range(num_classes)),
        "ground_truth_key": MASK,
        "prediction_key": PREDICTION,
        "decode_ground_truth": True,
        "decode_prediction": True,
        "ignore_ground_truth_id": IGNORED,
    }


def derive(
    value: Callable[[Counts], float], num_classes: int, key: MetricKey
) -> MetricComputations:
    """Returns TFMA's counts, and one number derived from them."""
    counted = matrices.SemanticSegmentationConfusionMatrix(
        **make_arguments(num_classes), name=f"_pixels_of_{num_classes}"
    ).computations(model_names=[key.model_name], output_names=[key.output_name])
    whole = counted[-1].keys[-1]

    def result(metrics: dict[MetricKey, Any]) -> dict[MetricKey, float]:
        by_class = {n: whole._replace(sub_key=SubKey(class_id=n)) for n in range(num_classes)}
        return {key: value({n: metrics[class_key] for n, class_key in by_class.items()})}

    return [*counted, DerivedMetricComputation(keys=[key], result=result)]


def compute_iou(matrix: Any) -> float:
    """Divides the pixels in both truth and prediction by those in either; NaN if there are none."""
    either = matrix.tp + matrix.fp + matrix.fn
    return float(matrix.tp / either) if either else float("nan")


def compute_mean_iou(counts: Counts) -> float:
    """Averages over the classes with pixels."""
    values = [value for value in map(compute_iou, counts.values()) if not math.isnan(value)]
    return sum(values) / len(values) if values else float("nan")


def compute_pixel_accuracy(counts: Counts) -> float:
    """Divides the true positives of all classes by the pixels that are not ignored."""
    total = sum(matrix.tp + matrix.fn for matrix in counts.values())
    return float(sum(matrix.tp for matrix in counts.values()) / total) if total else float("nan")


for metric in (ClassIoU, MeanIoU, PixelAccuracy):
    register_metric(metric)
