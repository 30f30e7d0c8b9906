"""IoU of boxes and average precision as TFMA metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensorflow_model_analysis.metrics.metric_types import (
    DerivedMetricComputation,
    Metric,
    MetricComputations,
    MetricKey,
    SubKey,
    register_metric,
)
from tensorflow_model_analysis.metrics.metric_util import merge_per_key_computations

from components.metrics.average_precision import (
    Curve,
    average_11_points,
    average_area,
    compute_curve,
)
from components.metrics.detections import Detections, count_detections

BOX_IOU = "box_iou"
AVERAGE_PRECISION = "average_precision"
MEAN_AP = "mean_average_precision"
MEAN_AP_11_POINT = "mean_average_precision_11_point"

Measure = Callable[[Detections, int], dict[int | None, float]]  # None: of all classes.


class OverDetections(Metric):
    """A metric that is computed from the counts of detections."""

    def __init__(self, measure: Measure, num_classes: int, name: str) -> None:
        def computations(
            num_classes: int, name: str = "", model_name: str = "", output_name: str = "", **_: Any
        ) -> MetricComputations:
            counted = count_detections(model_name, output_name)
            key = MetricKey(name, model_name, output_name)

            def result(metrics: dict[MetricKey, Any]) -> dict[MetricKey, float]:
                values = measure(metrics[counted.keys[0]], num_classes)
                return {add_class(key, number): value for number, value in values.items()}

            return [counted, DerivedMetricComputation(keys=[key], result=result)]

        per_model = merge_per_key_computations(computations)
        super().__init__(per_model, num_classes=num_classes, name=name)


class BoxIoU(OverDetections):
    """`box_iou`: the mean intersection over union of the true boxes and those found."""

    def __init__(self, num_classes: int, name: str = BOX_IOU) -> None:
        super().__init__(average_iou, num_classes, name)


class ClassAveragePrecision(OverDetections):
    """`average_precision` (area) with a sub-key for each class; NaN for one without images."""

    def __init__(self, num_classes: int, name: str = AVERAGE_PRECISION) -> None:
        super().__init__(measure_classes, num_classes, name)


class MeanAveragePrecision(OverDetections):
    """`mean_average_precision` (area): the mean over the classes with images."""

    def __init__(self, num_classes: int, name: str = MEAN_AP) -> None:
        super().__init__(average_areas, num_classes, name)


class MeanAveragePrecision11Point(OverDetections):
    """`mean_average_precision_11_point`: the same by the older definition."""

    def __init__(self, num_classes: int, name: str = MEAN_AP_11_POINT) -> None:
        super().__init__(average_points, num_classes, name)


def add_class(key: MetricKey, number: int | None) -> MetricKey:
    """The key of a class."""
    return key if number is None else key._replace(sub_key=SubKey(class_id=number))


def average_iou(counts: Detections, num_classes: int) -> dict[int | None, float]:
    """The mean IoU of all images."""
    images = sum(counts.truths.values())
    return {None: counts.iou / images if images else float("nan")}


def measure_classes(counts: Detections, num_classes: int) -> dict[int | None, float]:
    """The average precision of each class."""
    return {n: average_class(counts, n, average_area) for n in range(num_classes)}


def average_areas(counts: Detections, num_classes: int) -> dict[int | None, float]:
    """The mean over the classes, by the area."""
    return {None: average_over_classes(counts, average_area)}


def average_points(counts: Detections, num_classes: int) -> dict[int | None, float]:
    """The mean over the classes, at 11 points."""
    return {None: average_over_classes(counts, average_11_points)}


def average_over_classes(counts: Detections, average: Callable[[Curve], float]) -> float:
    """The mean average precision of the classes with images."""
    values = [average_class(counts, number, average) for number in counts.truths]
    return sum(values) / len(values) if values else float("nan")


def average_class(counts: Detections, number: int, average: Callable[[Curve], float]) -> float:
    """The average precision of a class; NaN if no image has it."""
    if not counts.truths[number]:
        return float("nan")
    levels = sorted({level for kind, level, _ in counts.found if kind == number}, reverse=True)
    found = counts.found
    pairs = ((found[number, level, True], found[number, level, False]) for level in levels)
    return average(compute_curve(pairs, counts.truths[number]))


for metric in (BoxIoU, ClassAveragePrecision, MeanAveragePrecision, MeanAveragePrecision11Point):
    register_metric(metric)
