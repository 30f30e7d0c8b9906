"""What a run came to: counts, metrics, the gate's verdict and the version pushed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import validation_result_pb2
from tfx.utils import path_utils

from components import atomic_text, ingestion_summary
from components.class_metrics import PRECISION, RECALL
from components.ingestion_summary import Summary
from pipeline import evaluation
from pipeline.outputs import Step, last_run
from trainer import export, records


@dataclass(frozen=True)
class RunResult:
    """All that `fcn run` reports. Metrics are those of the test split."""

    files: int  # As many as examples and rejects together.
    examples: dict[str, int]  # By split.
    rejects: dict[str, int]  # By reason.
    ingested: Summary  # The same by class, and the images' sizes.
    rejects_file: str  # Which files, and why.
    metrics: dict[str, float]  # By name, of all test images: "accuracy" and so on.
    baseline: dict[str, float]  # The same of the model that the candidate is compared with.
    classes: dict[str, dict[str, float]]  # Class: images, accuracy, precision, recall.
    blessed: bool
    failures: tuple[str, ...]  # Why not: a sentence each.
    version: str  # Empty where nothing was pushed.
    pushed_to: str  # Empty where nothing was pushed.
    seconds: dict[str, float]  # By component; those that had nothing to do are in `cached`.
    cached: tuple[str, ...]


def read(workdir: str) -> RunResult:
    """The result of the last run in a working directory."""
    steps = last_run(workdir)
    rejected = uri(steps, "ImageExampleGen", "rejects")
    summary = ingestion_summary.read(rejected)
    evaluated = uri(steps, "Evaluator", "evaluation")
    trained = path_utils.serving_model_path(uri(steps, "Trainer", "model"))
    servable = steps["ModelServable"].artifacts["blessing"].custom_properties["failure"]
    failures = [*gate_failures(evaluated), *filter(None, [servable.string_value])]
    pushed = steps["Pusher"].artifacts["pushed_model"].custom_properties
    return RunResult(
        files=sum(summary.files.values()),
        examples=summary.examples,
        rejects=summary.reasons,
        ingested=summary,
        rejects_file=f"{rejected}/rejects.csv",
        metrics=overall(evaluated, evaluation.CANDIDATE),
        baseline=overall(evaluated, evaluation.BASELINE),
        classes=by_class(evaluated, export.read_labels(trained)),
        blessed=bool(pushed["pushed"].int_value),
        failures=tuple(failures),
        version=pushed["pushed_version"].string_value,
        pushed_to=pushed["pushed_destination"].string_value,
        seconds={name: round(step.seconds, 1) for name, step in steps.items()},
        cached=tuple(name for name, step in steps.items() if step.cached),
    )


def write_json(result: RunResult, path: Path) -> None:
    """Writes the result as JSON, complete when it becomes visible."""
    atomic_text.write(str(path), json.dumps(asdict(result), indent=2) + "\n")


def uri(steps: dict[str, Step], component: str, output: str) -> str:
    """Where a step's output is."""
    return steps[component].artifacts[output].uri


def overall(evaluated: str, model: str) -> dict[str, float]:
    """The metrics of one model over all test images."""
    found = slices(evaluated, model)[()][""]
    return {name: found[name] for name in evaluation.METRICS}


def by_class(evaluated: str, names: list[str]) -> dict[str, dict[str, float]]:
    """Test images, accuracy, precision and recall of each class; NaN becomes None in JSON."""
    found = slices(evaluated, evaluation.CANDIDATE)
    rows = {}
    for index, name in enumerate(names):
        own = found.get(((records.LABEL_TEXT, name),), {}).get("", {})
        ratios = found[()][f"classId:{index}"]
        rows[name] = {
            "images": own.get("example_count", 0.0),
            "accuracy": own.get("accuracy"),
            "precision": ratios[PRECISION],
            "recall": ratios[RECALL],
        }
    return rows


def slices(evaluated: str, model: str) -> dict[Any, dict[str, dict[str, Any]]]:
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
    columns = key.single_slice_keys
    if not columns:
        return "all test images"
    return ", ".join(f"{c.column} {c.bytes_value.decode() or c.int64_value}" for c in columns)


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


def some_test_images(workdir: str, limit: int) -> list[tuple[str, bytes, str]]:
    """File name, encoded bytes and class of some test images of the last run, of all classes."""
    folder = uri(last_run(workdir), "ImageExampleGen", "examples")
    rows = tf.data.TFRecordDataset(sorted(tf.io.gfile.glob(f"{folder}/Split-test/*")))
    spec = records.CLASS_FEATURES | {records.FILENAME: tf.io.FixedLenFeature([], tf.string)}
    found = [tf.io.parse_single_example(row, spec) for row in rows]
    return [
        (
            fields[records.FILENAME].numpy().decode(),
            fields[records.ENCODED].numpy(),
            fields[records.LABEL_TEXT].numpy().decode(),
        )
        for fields in found[:limit]  # Shards follow the content's digest: classes are mixed.
    ]
