"""The result of a run: counts, metrics, the gate's decision and the version pushed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf
from tfx.utils import path_utils

from components import atomic_text, label_doubts
from components.ingestion import summary as ingestion_summary
from components.ingestion.summary import Summary
from components.metrics import results
from components.run_report import PAGE
from components.tasks import TASKS
from pipeline.local.metadata import FinishedStep, read_last_run
from trainer.data import records
from trainer.export import saved_model


@dataclass(frozen=True)
class RunResult:
    """Everything that `fcn run` reports. Metrics are those of the test split."""

    task: str  # Its name, in pipeline.tasks.
    files: int  # The sum of examples and rejects.
    examples: dict[str, int]  # By split.
    rejects: dict[str, int]  # By reason.
    ingested: Summary  # Also by class, and with the images' sizes.
    rejects_file: str  # Lists the files with reasons.
    metrics: dict[str, float]  # On all test images, by name: "accuracy" and so on.
    baseline: dict[str, float]  # The same for the baseline model.
    classes: dict[str, dict[str, float | None]]  # By class: IoU, or accuracy, precision, recall.
    slices: dict[str, dict[str, float | None]]  # By slice: "size bucket 0" and so on.
    blessed: bool
    failures: tuple[str, ...]  # Why it is not blessed, one sentence each.
    version: str  # Empty if nothing was pushed.
    pushed_to: str  # Empty if nothing was pushed.
    seconds: dict[str, float]  # By component.
    cached: tuple[str, ...]  # Components whose earlier results were used again.
    report: str  # The HTML page.
    doubts: str = ""  # The page "Labels to doubt"; empty if the experiment does not want it.


def read(workdir: str, task: str) -> RunResult:
    """The result of the last run in a working directory, for an experiment with this task."""
    steps = read_last_run(workdir)
    rejects = find_output(steps, "ImageExampleGen", "rejects")
    summary = ingestion_summary.read(rejects)
    pushed = steps["Pusher"].artifacts["pushed_model"].custom_properties
    return RunResult(
        task=task,
        files=sum(summary.files.values()),
        examples=summary.examples,
        rejects=summary.reasons,
        ingested=summary,
        rejects_file=f"{rejects}/rejects.csv",
        **read_metrics(steps, task),
        blessed=bool(pushed["pushed"].int_value),
        failures=read_failures(steps),
        version=pushed["pushed_version"].string_value,
        pushed_to=pushed["pushed_destination"].string_value,
        seconds={name: round(step.seconds, 1) for name, step in steps.items()},
        cached=tuple(name for name, step in steps.items() if step.cached),
        report=f"{find_output(steps, 'RunReport', 'report')}/{PAGE}",
        doubts=find_doubts(steps, label_doubts.PAGE),
    )


def read_metrics(steps: dict[str, FinishedStep], task: str) -> dict[str, Any]:
    """The fields of RunResult with metrics."""
    evaluation = find_output(steps, "Evaluator", "evaluation")
    candidate = results.read_slices(evaluation, results.CANDIDATE)
    model = path_utils.serving_model_path(find_output(steps, "Trainer", "model"))
    row = TASKS[task].report.make_class_row
    return {
        "metrics": results.select_overall(candidate),
        "baseline": results.select_overall(results.read_slices(evaluation, results.BASELINE)),
        "classes": results.tabulate_classes(candidate, saved_model.read_labels(model), row),
        "slices": results.tabulate_slices(candidate),
    }


def read_failures(steps: dict[str, FinishedStep]) -> tuple[str, ...]:
    """The thresholds that the model missed, and why it cannot be served: a sentence each."""
    missed = results.list_gate_failures(find_output(steps, "Evaluator", "evaluation"))
    servable = steps["ModelServable"].artifacts["blessing"].custom_properties["failure"]
    return (*missed, *filter(None, [servable.string_value]))


def write_json(result: RunResult, path: Path) -> None:
    """Writes the result as JSON; the file appears when it is complete."""
    atomic_text.write(str(path), json.dumps(asdict(result), indent=2) + "\n")


def find_output(steps: dict[str, FinishedStep], component: str, output: str) -> str:
    """The URI of a step's output."""
    return steps[component].artifacts[output].uri


def find_doubts(steps: dict[str, FinishedStep], file: str) -> str:
    """The path of a file of the step LabelDoubts; empty if it did not run."""
    if "LabelDoubts" not in steps:
        return ""
    return f"{find_output(steps, 'LabelDoubts', 'doubts')}/{file}"


def read_test_images(workdir: str, limit: int) -> list[tuple[str, bytes, str]]:
    """File name, encoded bytes and class of some test images of the last run."""
    rows = read_test_records(workdir, records.CLASS_FEATURES, limit)
    return [
        (row[records.FILENAME].decode(), row[records.ENCODED], row[records.LABEL_TEXT].decode())
        for row in rows
    ]


def read_test_pairs(workdir: str, limit: int) -> list[tuple[str, bytes, bytes]]:
    """File name, encoded bytes and encoded mask of some test images of the last run."""
    rows = read_test_records(workdir, records.MASK_FEATURES, limit)
    return [
        (row[records.FILENAME].decode(), row[records.ENCODED], row[records.MASK]) for row in rows
    ]


def read_test_records(workdir: str, features: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    """Test records of the last run, of mixed classes: they are sorted by a hash of the content."""
    folder = find_output(read_last_run(workdir), "ImageExampleGen", "examples")
    rows = tf.data.TFRecordDataset(sorted(tf.io.gfile.glob(f"{folder}/Split-test/*")))
    spec = features | {records.FILENAME: tf.io.FixedLenFeature([], tf.string)}
    parsed = rows.take(limit).map(lambda row: tf.io.parse_single_example(row, spec))
    return list(parsed.as_numpy_iterator())
