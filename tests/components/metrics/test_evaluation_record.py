"""What a version's evaluation contains: metrics of a real Evaluator, and what its gate required."""

from __future__ import annotations

import pytest

from components.metrics import evaluation_record
from serving.rollout.evaluations import read_evaluation
from tests.fakes.serving.evaluated import evaluate_colours

WORST = "accuracy, worst label"


@pytest.fixture(scope="module")
def record():
    return evaluation_record.read(evaluate_colours().uri)


def test_the_gate_is_named_by_metric_and_slices(record):
    assert record.gate == {"accuracy": 0.75, WORST: 0.25}


def test_each_value_of_the_gate_is_there_for_both_models(record):
    assert (record.metrics["accuracy"], record.metrics[WORST]) == (1.0, 1.0)
    assert (record.baseline["accuracy"], record.baseline[WORST]) == (0.5, 0.0)


def test_the_evaluation_names_its_run_and_when_the_version_was_pushed(record):
    assert record.run == evaluate_colours().uri
    assert record.pushed_at.endswith("+00:00")


def test_a_written_evaluation_is_read_by_the_roll_out(tmp_path, record):
    evaluation_record.write(str(tmp_path), evaluate_colours().uri)

    found = read_evaluation(tmp_path)
    assert (found.metrics, found.gate) == (record.metrics, record.gate)
