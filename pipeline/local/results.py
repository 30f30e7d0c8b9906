"""What a run came to: counts, metrics, the gate's verdict and the version pushed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf
from tfx.utils import path_utils

from components import atomic_text
from components.ingestion import summary as ingestion_summary
from components.ingestion.summary import Summary
from components.metrics import results
from components.run_report import PAGE
from components.tasks import TASKS
from pipeline.local.metadata import Step, last_run
from trainer.data import records
from trainer.export import saved_model


@dataclass(frozen=True)
class RunResult:
    """All that `fcn run` reports. Metrics are those of the test split."""

    task: str  # Its name, in pipeline.tasks.
    files: int  # As many as examples and rejects together.
    examples: dict[str, int]  # By split.
    rejects: dict[str, int]  # By reason.
    ingested: Summary  # The same by class, and the images' sizes.
    rejects_file: str  # Which files, and why.
    metrics: dict[str, float]  # By name, of all test images: "accuracy" and so on.
    baseline: dict[str, float]  # The same of the model that the candidate is compared with.
    classes: dict[str, dict[str, float | None]]  # IoU; or accuracy, precision, recall.
    slices: dict[str, dict[str, float | None]]  # By name: "size bucket 0" and so on.
    blessed: bool
    failures: tuple[str, ...]  # Why not: a sentence each.
    version: str  # Empty where nothing was pushed.
    pushed_to: str  # Empty where nothing was pushed.
    seconds: dict[str, float]  # By component; those that had nothing to do are in `cached`.
    cached: tuple[str, ...]
    report: str  # The page to look at.


def read(workdir: str, task: str) -> RunResult:
    """The result of the last run in a working directory, of an experiment with this task."""
    steps = last_run(workdir)
    rejected = uri(steps, "ImageExampleGen", "rejects")
    summary = ingestion_summary.read(rejected)
    evaluation = uri(steps, "Evaluator", "evaluation")
    candidate = results.read_slices(evaluation, results.CANDIDATE)
    trained = path_utils.serving_model_path(uri(steps, "Trainer", "model"))
    servable = steps["ModelServable"].artifacts["blessing"].custom_properties["failure"]
    failures = [*results.list_gate_failures(evaluation), *filter(None, [servable.string_value])]
    pushed = steps["Pusher"].artifacts["pushed_model"].custom_properties
    row = TASKS[task].report.make_class_row
    return RunResult(
        task=task,
        files=sum(summary.files.values()),
        examples=summary.examples,
        rejects=summary.reasons,
        ingested=summary,
        rejects_file=f"{rejected}/rejects.csv",
        metrics=results.select_overall(candidate),
        baseline=results.select_overall(results.read_slices(evaluation, results.BASELINE)),
        classes=results.tabulate_classes(candidate, saved_model.read_labels(trained), row),
        slices=results.tabulate_slices(candidate),
        blessed=bool(pushed["pushed"].int_value),
        failures=tuple(failures),
        version=pushed["pushed_version"].string_value,
        pushed_to=pushed["pushed_destination"].string_value,
        seconds={name: round(step.seconds, 1) for name, step in steps.items()},
        cached=tuple(name for name, step in steps.items() if step.cached),
        report=f"{uri(steps, 'RunReport', 'report')}/{PAGE}",
    )


def write_json(result: RunResult, path: Path) -> None:
    """Writes the result as JSON, complete when it becomes visible."""
    atomic_text.write(str(path), json.dumps(asdict(result), indent=2) + "\n")


def uri(steps: dict[str, Step], component: str, output: str) -> str:
    """Where a step's output is."""
    return steps[component].artifacts[output].uri


def some_test_images(workdir: str, limit: int) -> list[tuple[str, bytes, str]]:
    """File name, encoded bytes and class of some test images of the last run, of all classes."""
    rows = some_test_records(workdir, records.CLASS_FEATURES, limit)
    return [
        (row[records.FILENAME].decode(), row[records.ENCODED], row[records.LABEL_TEXT].decode())
        for row in rows
    ]


def some_test_pairs(workdir: str, limit: int) -> list[tuple[str, bytes, bytes]]:
    """File name, encoded bytes and encoded mask of some test images of the last run."""
    rows = some_test_records(workdir, records.MASK_FEATURES, limit)
    return [
        (row[records.FILENAME].decode(), row[records.ENCODED], row[records.MASK]) for row in rows
    ]


def some_test_records(workdir: str, features: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    """Records of the last run. Shards follow the content's digest: kinds of images are mixed."""
    folder = uri(last_run(workdir), "ImageExampleGen", "examples")
    rows = tf.data.TFRecordDataset(sorted(tf.io.gfile.glob(f"{folder}/Split-test/*")))
    spec = features | {records.FILENAME: tf.io.FixedLenFeature([], tf.string)}
    parsed = rows.take(limit).map(lambda row: tf.io.parse_single_example(row, spec))
    return list(parsed.as_numpy_iterator())
