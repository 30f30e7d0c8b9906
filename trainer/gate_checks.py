"""Which thresholds and unions an experiment may have: trainer/config.py calls these checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainer.config import ClassUnion, Experiment, Threshold

METRICS = {  # What a gate may name, by the name of the task.
    "boxes": (
        "accuracy",
        "box_iou",
        "mean_average_precision",
        "mean_average_precision_11_point",
        "calibration_error",
    ),
    "classes": ("accuracy", "top_2_accuracy", "calibration_error"),
    "masks": ("mean_iou", "pixel_accuracy", "calibration_error"),
}
LESS_IS_BETTER = ("calibration_error",)
OF_UNION = "_iou"  # Ends the metric of a union of classes.


def check_threshold(threshold: Threshold) -> None:
    """Raises ValueError for a limit on the wrong side, or for none."""
    metric, is_most = threshold.metric, threshold.metric in LESS_IS_BETTER
    if threshold.at_most is not None and not is_known(metric):
        return  # Of an unknown metric there is no wrong side: check_gate lists those of the task.
    needed, other = ("at_most", "at_least") if is_most else ("at_least", "at_most")
    if getattr(threshold, needed) is None or getattr(threshold, other) is not None:
        better = "less" if is_most else "more"
        raise ValueError(f"{needed}: {better} of {metric} is better, so give it, and not {other}")
    if is_most and threshold.max_drop is not None:
        raise ValueError(
            f"max_drop={threshold.max_drop} applies to metrics of which more is better, and not to "
            f"{metric}: use null"
        )


def is_known(metric: str) -> bool:
    """Whether a task has the metric, or it has the name of a union's."""
    return metric.endswith(OF_UNION) or any(metric in names for names in METRICS.values())


def check_gate(experiment: Experiment) -> None:
    """Raises ValueError for a metric or for slices that the task does not measure."""
    known = METRICS.get(experiment.task, ())
    allowed = (*known, *(union.metric for union in experiment.unions))
    for threshold in experiment.gate:
        if known and threshold.metric not in allowed:
            raise ValueError(
                f"gate.metric={threshold.metric} is not measured for data.task={experiment.task}: "
                f"use {' or '.join(allowed)}"
            )
        if experiment.task == "masks":
            _check_mask_threshold(threshold, experiment)


def _check_mask_threshold(threshold: Threshold, experiment: Experiment) -> None:
    if threshold.each_class:
        raise ValueError(
            f"gate: each_class=true of {threshold.metric} is about the classes of images, which "
            "masks do not have: use false, and a threshold for a union of one class, such as "
            'unions=[{"name": "pet", "classes": ["pet"]}] and the metric pet_iou'
        )
    if threshold.metric == "calibration_error" and not experiment.serve.confidence:
        raise ValueError(
            "gate.metric=calibration_error needs the probability of each pixel: set "
            "serve.confidence to true"
        )


def check_unions(experiment: Experiment) -> None:
    """Raises ValueError for unions of classes that cannot be measured."""
    metrics = [union.metric for union in experiment.unions]
    if taken := {name for name in metrics if metrics.count(name) > 1 or name == "mean_iou"}:
        raise ValueError(f"unions: the metric {min(taken)} exists already: give another name")
    for union in experiment.unions:
        _check_union(experiment, union)


def _check_union(experiment: Experiment, union: ClassUnion) -> None:
    classes = experiment.data.classes
    if experiment.task != "masks":
        raise ValueError(f"unions={union.name} applies to masks only: use []")
    if extra := [name for name in union.classes if name not in classes]:
        raise ValueError(
            f"unions: {union.name} contains {', '.join(extra)}, not in "
            f"data.classes={list(classes)}: use names from data.classes"
        )
    if len(union.classes) == len(classes):
        raise ValueError(
            f"unions: {union.name} contains all of data.classes={list(classes)}: leave out at "
            "least one, with which it is compared"
        )
