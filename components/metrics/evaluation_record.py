"""The evaluation that a pushed version carries, for `fcn rollout history`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from typing import NamedTuple

import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from components import atomic_text
from components.metrics import results
from components.metrics.results import FIELDS, Slices
from serving.rollout.evaluations import ASSET, Evaluation


class Required(NamedTuple):
    """A limit of the gate: of all test images, or of the worst of the slices by these fields."""

    metric: str
    fields: tuple[str, ...]
    limit: float
    is_most: bool = False  # Less is better.

    @property
    def name(self) -> str:
        """The name that people read: "accuracy", or "accuracy, worst label"."""
        worst = ", ".join(FIELDS.get(field, field) for field in self.fields)
        return f"{self.metric}, worst {worst}" if worst else self.metric


def write(version_folder: str, evaluation: str) -> None:
    """Writes an Evaluator's metrics and gate into a version's folder.

    The fingerprint of a SavedModel does not include `assets.extra`: it stays the same.
    """
    path = f"{version_folder}/{ASSET}"
    tf.io.gfile.makedirs(path.rpartition("/")[0])
    atomic_text.write(path, json.dumps(asdict(read(evaluation)), indent=2, ensure_ascii=False))


def read(evaluation: str) -> Evaluation:
    """An Evaluator's metrics on the test split, and what its gate required."""
    candidate = results.read_slices(evaluation, results.CANDIDATE)
    baseline = results.read_slices(evaluation, results.BASELINE)
    config = tfma.load_eval_result(evaluation, model_name=results.CANDIDATE).config
    gate = list(list_required(config))
    return Evaluation(
        metrics=results.select_overall(candidate) | select_worst(candidate, gate),
        baseline=results.select_overall(baseline) | select_worst(baseline, gate),
        gate={required.name: required.limit for required in gate if not required.is_most},
        at_most={required.name: required.limit for required in gate if required.is_most},
        pushed_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        run=evaluation,
    )


def list_required(config: config_pb2.EvalConfig) -> Iterator[Required]:
    """Yields the gate's thresholds of a value; a drop below the baseline has none of its own."""
    for spec in config.metrics_specs:
        for metric in spec.metrics:
            for threshold in metric.per_slice_thresholds:
                value = threshold.threshold.value_threshold
                is_most = value.HasField("upper_bound")
                limit = (value.upper_bound if is_most else value.lower_bound).value
                for sliced in threshold.slicing_specs:
                    fields = tuple(sliced.feature_keys)
                    yield Required(results.read_name(metric), fields, limit, is_most)


def select_worst(slices: Slices, gate: list[Required]) -> dict[str, float]:
    """The worst value among the slices of each threshold that is checked on slices."""
    worst: dict[str, float] = {}
    for required in gate:
        values = [
            value
            for key, values in slices.items()
            if key and {field for field, _ in key} == set(required.fields)
            if (value := values[""].get(required.metric)) is not None
        ]
        if values:
            worst[required.name] = max(values) if required.is_most else min(values)
    return worst
