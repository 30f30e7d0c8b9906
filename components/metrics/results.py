"""What an Evaluator left, as plain numbers and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import validation_result_pb2

from components.metrics.classes import PRECISION, RECALL
from components.metrics.masks import IOU
from trainer.data import records

CANDIDATE = "candidate"  # The names of the two models that are compared.
BASELINE = "baseline"
COUNT = "example_count"  # TFMA's name for the number of images.
# How people name what slices go by.
SAID = {records.LABEL_TEXT: "label", records.SPECIES: "species", "size_bucket": "size bucket"}

Slices = dict[tuple[Any, ...], dict[str, dict[str, float | None]]]
ClassRow = Callable[[Slices, int, str], dict[str, float | None]]  # Of a class's index and name.


def slices(evaluated: str, model: str) -> Slices:
    """TFMA's metrics by slice key, sub-key ("" or "classId:0") and name."""
    result = tfma.load_eval_result(evaluated, model_name=model)
    return {
        key: {
            sub_key: {name: number(value) for name, value in metrics.items()}
            for sub_key, metrics in outputs[""].items()
        }
        for key, outputs in result.slicing_metrics
    }


def number(value: dict[str, Any]) -> float | None:
    """TFMA's value as a number; None for NaN and for what is none."""
    found = value.get("doubleValue")
    return found if isinstance(found, float | int) else None


def overall(found: Slices) -> dict[str, float]:
    """The metrics over all test images."""
    return {n: v for n, v in measured(found[()]).items() if v is not None and n != COUNT}


def measured(values: dict[str, dict[str, float | None]]) -> dict[str, float | None]:
    """What is measured of one model: TFMA puts its gaps to the baseline beside it."""
    return {name: value for name, value in values[""].items() if not name.endswith("_diff")}


def by_class(found: Slices, names: list[str], row: ClassRow) -> dict[str, dict[str, float | None]]:
    """The measures of each class, as the task's `row` reads them. None for NaN."""
    return {name: row(found, index, name) for index, name in enumerate(names)}


def iou_row(found: Slices, index: int, name: str) -> dict[str, float | None]:
    """Intersection over union of one class."""
    return {IOU: found[()][f"classId:{index}"][IOU]}


def class_row(found: Slices, index: int, name: str) -> dict[str, float | None]:
    """What is known of one class's images."""
    own = found.get(((records.LABEL_TEXT, name),), {}).get("", {})
    ratios = found[()][f"classId:{index}"]
    return {
        "images": own.get("example_count", 0.0),
        "accuracy": own.get("accuracy"),
        "precision": ratios[PRECISION],
        "recall": ratios[RECALL],
    }


def by_slice(found: Slices) -> dict[str, dict[str, float | None]]:
    """Images and metrics of each slice but the whole, by its name."""
    named = {", ".join(map(said, key)): measured(values) for key, values in found.items() if key}
    return {
        name: {"images" if n == COUNT else n: v for n, v in values.items()}
        for name, values in sorted(named.items())
    }


def said(part: tuple[str, Any]) -> str:
    """One part of a slice's key: "size bucket 0"."""
    name, value = part
    return f"{SAID.get(name, name)} {value}"


def gate_failures(evaluated: str) -> list[str]:
    """Which metric failed on which slice, and by how much."""
    validation = tfma.load_validation_result(evaluated)
    failed = [
        sentence(slice_name(part.slice_key), failure)
        for part in validation.metric_validations_per_slice
        for failure in part.failures
    ]
    return [*failed, *(f"No test image for the slice {m}." for m in missing(validation))]


def slice_name(key: Any) -> str:
    """A slice as people say it."""
    parts = [(c.column, c.bytes_value.decode() or c.int64_value) for c in key.single_slice_keys]
    return ", ".join(map(said, parts)) or "all test images"


def sentence(where: str, failure: validation_result_pb2.ValidationFailure) -> str:
    """One failed threshold."""
    name, value = failure.metric_key.name, failure.metric_value.double_value.value
    limits = failure.metric_threshold
    if failure.metric_key.is_diff:
        allowed = -limits.change_threshold.absolute.value
        drop = f"{name} on {where} lies {-value:.3f} below the baseline's"
        return f"{drop}; at most {allowed:.3f} is allowed."
    least = limits.value_threshold.lower_bound.value
    return f"{name} on {where} is {value:.3f}; the gate asks for {least}."


def missing(validation: validation_result_pb2.ValidationResult) -> Iterator[str]:
    """The slices that the gate names and no test image falls into."""
    for part in validation.missing_slices:
        yield ", ".join([*part.feature_keys, *part.feature_values]) or "all test images"
