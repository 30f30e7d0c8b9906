"""Intersection over union and pixel accuracy as TFMA metrics, from TFMA's own counts of pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorflow_model_analysis.metrics import (
    semantic_segmentation_confusion_matrix_metrics as matrices,
)
from tensorflow_model_analysis.metrics.metric_types import (
    DerivedMetricComputation,
    Metric,
    MetricComputation,
    MetricComputations,
    MetricKey,
    Preprocessor,
    StandardMetricInputs,
    register_metric,
)
from tensorflow_model_analysis.metrics.metric_util import (
    merge_per_key_computations,
    to_standard_metric_inputs,
)

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
            key = MetricKey(name, model_name, output_name)
            return derive(value, count_pixels(num_classes, f"_pixels_of_{num_classes}", key), key)

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


class UnionIoU(Metric):
    """The intersection over union of several classes that count as one, against all others."""

    def __init__(self, union: list[int], name: str) -> None:
        def computations(
            union: list[int], name: str = "", model_name: str = "", output_name: str = "", **_: Any
        ) -> MetricComputations:
            key = MetricKey(name, model_name, output_name)
            return derive(lambda counts: compute_iou(counts[1]), count_union(union, key), key)

        super().__init__(merge_per_key_computations(computations), union=union, name=name)


def name_unions(metrics: Iterable[str]) -> dict[str, str]:
    """The unions of classes that were measured, by the metric: {"animal_iou": "animal"}."""
    end = f"_{IOU}"
    return {
        name: name.removesuffix(end) for name in metrics if name.endswith(end) and name != MEAN_IOU
    }


class JoinClasses(Preprocessor):
    """Replaces the ids [H, W] of truth and prediction: 1 for the classes of a union, else 0."""

    def __init__(self, union: list[int]) -> None:
        super().__init__(name=f"_join_{'_'.join(map(str, union))}")
        self._union = union

    def process(self, inputs: StandardMetricInputs) -> Iterator[StandardMetricInputs]:
        """Yields the inputs with new ids; ignored pixels stay ignored."""
        yield to_standard_metric_inputs(
            {
                "labels": self._join(inputs.get_labels()),
                "predictions": self._join(inputs.get_predictions()),
            }
        )

    def _join(self, ids: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.where(ids == IGNORED, IGNORED, np.isin(ids, self._union)).astype(np.uint8)


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
    value: Callable[[Counts], float], counted: MetricComputation, key: MetricKey
) -> MetricComputations:
    """Returns TFMA's counts, and one number derived from them."""
    whole = counted.keys[-1]

    def result(metrics: dict[MetricKey, Any]) -> dict[MetricKey, float]:
        by_class = {
            found.sub_key.class_id: counts
            for found, counts in metrics.items()
            if found._replace(sub_key=None) == whole
        }
        return {key: value(by_class)}

    return [counted, DerivedMetricComputation(keys=[key], result=result)]


def count_pixels(num_classes: int, name: str, key: MetricKey) -> MetricComputation:
    """Returns TFMA's counts of each class, for the model of the key."""
    counting = matrices.SemanticSegmentationConfusionMatrix(
        **make_arguments(num_classes), name=name
    )
    (counted,) = counting.computations(model_names=[key.model_name], output_names=[key.output_name])
    return counted


def count_union(union: list[int], key: MetricKey) -> MetricComputation:
    """Returns TFMA's counts of the union (1) and of all other classes (0)."""
    joined = JoinClasses(union)
    counted = count_pixels(2, f"_pixels{joined.name}", key)
    return counted._replace(preprocessors=[*counted.preprocessors, joined])


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


for metric in (ClassIoU, MeanIoU, PixelAccuracy, UnionIoU):
    register_metric(metric)
