"""Reads an Evaluator's output as plain numbers and sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow_model_analysis as tfma
from numpy.typing import NDArray
from tensorflow_model_analysis.proto import config_pb2, validation_result_pb2

from components.metrics.boxes import AVERAGE_PRECISION, BOX_IOU
from components.metrics.calibration import RELIABILITY
from components.metrics.classes import PRECISION, RECALL
from components.metrics.masks import IOU
from trainer.data import records

CANDIDATE = "candidate"  # The names of the two models that are compared.
BASELINE = "baseline"
COUNT = "example_count"  # TFMA's name for the number of images.
# The fields of slices, as people name them.
FIELDS = {
    records.LABEL_TEXT: "label",
    records.SPECIES: "species",
    "size_bucket": "size bucket",
}

Slices = dict[tuple[Any, ...], dict[str, dict[str, float | None]]]
MakeClassRow = Callable[[Slices, int, str], dict[str, float | None]]  # From class index and name.


def read_slices(evaluated: str, model: str) -> Slices:
    """Reads TFMA's metrics by slice key, sub-key ("" or "classId:0") and name."""
    result = tfma.load_eval_result(evaluated, model_name=model)
    return {
        key: {
            sub_key: {name: to_number(value) for name, value in metrics.items()}
            for sub_key, metrics in outputs[""].items()
        }
        for key, outputs in result.slicing_metrics
    }


def read_reliability(evaluated: str) -> NDArray[np.float64] | None:
    """The candidate's sums of answers, [3, BINS]: see Reliability.to_array; None if there are none.

    A TFMA metric returns them as an array.
    """
    result = tfma.load_eval_result(evaluated, model_name=CANDIDATE)
    overall = dict(result.slicing_metrics)[()][""][""]
    found = overall.get(RELIABILITY, {}).get("arrayValue")
    if not found:
        return None
    return np.array(found["float64Values"]).reshape([int(size) for size in found["shape"]])


def to_number(value: dict[str, Any]) -> float | None:
    """Converts TFMA's value; None for NaN and for values that are not numbers."""
    number = value.get("doubleValue")
    return number if isinstance(number, float | int) else None


def select_overall(slices: Slices) -> dict[str, float]:
    """Selects the metrics over all test images."""
    return {n: v for n, v in drop_changes(slices[()]).items() if v is not None and n != COUNT}


def drop_changes(values: dict[str, dict[str, float | None]]) -> dict[str, float | None]:
    """Selects the model's own metrics, without TFMA's differences to the baseline."""
    return {name: value for name, value in values[""].items() if not name.endswith("_diff")}


def tabulate_classes(
    slices: Slices, names: list[str], make_row: MakeClassRow
) -> dict[str, dict[str, float | None]]:
    """Returns a row of metrics for each class, as the task makes them. None for NaN."""
    return {name: make_row(slices, index, name) for index, name in enumerate(names)}


def make_iou_row(slices: Slices, index: int, name: str) -> dict[str, float | None]:
    """Returns the intersection over union of one class."""
    return {IOU: slices[()][f"classId:{index}"][IOU]}


def make_box_row(slices: Slices, index: int, name: str) -> dict[str, float | None]:
    """Returns the number of one class's images, and the metrics of their boxes."""
    own = slices.get(((records.LABEL_TEXT, name),), {}).get("", {})
    return {
        "images": own.get(COUNT, 0.0),
        "accuracy": own.get("accuracy"),
        BOX_IOU: own.get(BOX_IOU),
        AVERAGE_PRECISION: slices[()][f"classId:{index}"][AVERAGE_PRECISION],
    }


def make_class_row(slices: Slices, index: int, name: str) -> dict[str, float | None]:
    """Returns the number of one class's images, and its metrics."""
    own = slices.get(((records.LABEL_TEXT, name),), {}).get("", {})
    ratios = slices[()][f"classId:{index}"]
    return {
        "images": own.get("example_count", 0.0),
        "accuracy": own.get("accuracy"),
        "precision": ratios[PRECISION],
        "recall": ratios[RECALL],
    }


def tabulate_slices(slices: Slices) -> dict[str, dict[str, float | None]]:
    """Returns the images and metrics of each slice, by its name, without the overall slice."""
    named = {
        ", ".join(map(name_part, key)): drop_changes(values)
        for key, values in slices.items()
        if key
    }
    return {
        name: {"images" if n == COUNT else n: v for n, v in values.items()}
        for name, values in sorted(named.items())
    }


def name_part(part: tuple[str, Any]) -> str:
    """Names one part of a slice's key: "size bucket 0"."""
    name, value = part
    return f"{FIELDS.get(name, name)} {value}"


def read_name(config: config_pb2.MetricConfig) -> str:
    """The metric's name in results and thresholds; empty if it has none."""
    return json.loads(config.config or "{}").get("name", "")


def list_gate_failures(evaluated: str) -> list[str]:
    """Says which metric failed on which slice, and by how much."""
    validation = tfma.load_validation_result(evaluated)
    failures = [
        describe_failure(name_slice(part.slice_key), failure)
        for part in validation.metric_validations_per_slice
        for failure in part.failures
    ]
    return [*failures, *describe_missing_slices(validation)]


def name_slice(key: Any) -> str:
    """Names a slice for people."""
    parts = [(c.column, c.bytes_value.decode() or c.int64_value) for c in key.single_slice_keys]
    return ", ".join(map(name_part, parts)) or "all test images"


def describe_failure(where: str, failure: validation_result_pb2.ValidationFailure) -> str:
    """Describes one threshold that was not met."""
    name, value = failure.metric_key.name, failure.metric_value.double_value.value
    limits = failure.metric_threshold
    if failure.metric_key.is_diff:
        allowed = -limits.change_threshold.absolute.value
        drop = f"{name} on {where} is {-value:.3f} below the baseline's"
        return f"{drop}; at most {allowed:.3f} is allowed."
    if limits.value_threshold.HasField("upper_bound"):
        allowed = limits.value_threshold.upper_bound.value
        return f"{name} on {where} is {value:.3f}; the gate allows at most {allowed}."
    required = limits.value_threshold.lower_bound.value
    return f"{name} on {where} is {value:.3f}; the gate requires at least {required}."


def describe_missing_slices(validation: validation_result_pb2.ValidationResult) -> Iterator[str]:
    """Names the slices that the gate requires, but that have no test images."""
    for part in validation.missing_slices:
        name = ", ".join([*part.feature_keys, *part.feature_values]) or "all test images"
        yield f"The slice {name} has no test images: add some, or remove it from the gate."
