"""The gate of a localizer, with TFX's Evaluator on real models and boxes; and the report."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tfx.components.util import model_utils
from tfx.types import standard_artifacts

from components.metrics import results
from components.report import gallery
from components.tasks.boxes import BOXES
from pipeline.tasks.tables import make_box_table
from tests.fakes import report_inputs, tiny_boxes
from tests.fakes.tiny_runs import artifact, examples_of
from trainer.config import Threshold
from trainer.data import records
from trainer.export import saved_model

COUNTS = tiny_boxes.COUNT
GATE = (
    Threshold(metric="mean_average_precision", at_least=0.9, max_drop=0.0),
    Threshold(metric="box_iou", at_least=0.9),
    Threshold(metric="accuracy", at_least=0.9, each_class=True),
)


def evaluate(folder, *gate, model=tiny_boxes.find_rectangle, baseline=tiny_boxes.find_all):
    """Runs the Evaluator as the graph does: whether it blessed the model, and its output."""
    experiment = replace(tiny_boxes.EXPERIMENT, gate=gate)
    both = [model_of(folder, network) for network in (model, baseline)]
    examples = examples_in(folder)
    blessing, evaluation = report_inputs.evaluate(folder, experiment, *both, examples)
    return model_utils.is_model_blessed(blessing), evaluation.uri


def model_of(folder, network):
    """What Trainer leaves."""
    model = artifact(standard_artifacts.Model, folder)
    saved_model.save_module(tiny_boxes.localizer(network), f"{model.uri}/Format-Serving")
    return model


def examples_in(folder):
    return examples_of(folder, [tiny_boxes.record(number) for number in range(COUNTS)])


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return evaluate(tmp_path_factory.mktemp("evaluated"), *GATE)


def test_a_model_that_finds_every_box_is_blessed(measured):
    assert results.list_gate_failures(measured[1]) == []
    assert measured[0]


def test_metrics_and_slices_are_those_of_the_boxes(measured):
    found = results.read_slices(measured[1], results.CANDIDATE)

    everything = results.select_overall(found)
    assert everything == pytest.approx(
        {
            "accuracy": 1.0,
            "box_iou": 1.0,
            "calibration_error": 0.15,  # Half of the answers are 0.9 sure, half 0.8; all are right.
            "mean_average_precision": 1.0,
            "mean_average_precision_11_point": 1.0,
        },
        abs=1e-5,
    )
    assert found[((records.LABEL_TEXT, "red"),)][""]["example_count"] == COUNTS / 2
    names = results.tabulate_slices(found)
    assert {"label blue", "label red", "size bucket 0", "size bucket 1"} == set(names)


def test_the_baseline_is_measured_too(measured):
    found = results.select_overall(results.read_slices(measured[1], results.BASELINE))

    areas = []
    for number in range(COUNTS):
        _, (ymin, xmin, ymax, xmax) = tiny_boxes.draw(number, "red")
        areas.append((ymax - ymin) * (xmax - xmin))
    assert found["box_iou"] == pytest.approx(sum(areas) / COUNTS, abs=1e-5)
    assert found["mean_average_precision"] == 0


def test_a_model_below_its_gate_or_its_baseline_is_not_blessed(tmp_path):
    blessed, uri = evaluate(
        tmp_path, *GATE[:2], model=tiny_boxes.find_all, baseline=tiny_boxes.find_rectangle
    )

    failures = results.list_gate_failures(uri)
    assert not blessed
    assert any(text.startswith("mean_average_precision on all test images") for text in failures)
    assert any(text.startswith("box_iou on all test images is 0.") for text in failures)


def test_the_table_of_a_run_compares_with_the_baseline(measured):
    class Result:
        """The part of a RunResult that the table reads."""

        slices = results.read_slices(measured[1], results.CANDIDATE)
        classes = results.tabulate_classes(slices, [*tiny_boxes.LABELS], results.make_box_row)
        metrics = results.select_overall(slices)
        baseline = results.select_overall(results.read_slices(measured[1], results.BASELINE))

    console = Console(file=io.StringIO(), width=120, record=True)
    console.print(make_box_table(Result))
    text = console.export_text()

    assert "all, baseline" in text
    assert Result.classes["red"]["average_precision"] == 1.0
    assert Result.classes["red"]["images"] == COUNTS / 2


def test_the_report_shows_the_true_box_and_the_box_found(tmp_path):
    model, examples = model_of(tmp_path, tiny_boxes.find_rectangle), examples_in(tmp_path)
    run = type("Run", (), {})()
    run.task, run.model = "boxes", str(Path(model.uri, "Format-Serving"))
    run.test_examples = f"{examples.uri}/Split-test"

    cards = gallery.make_cards(run, [*tiny_boxes.LABELS])

    assert len(cards) == COUNTS
    assert all(card.score == pytest.approx(1, abs=1e-3) for card in cards)
    assert not any(card.wrong for card in cards)
    assert len(BOXES.report.make_legend([], cards)) == 2
