"""The table that a run ends with says all that people look for."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from components.ingestion.summary import Sides, Summary
from pipeline.local import results, run_table

RESULT = results.RunResult(
    task="classes",
    files=12,
    examples={"train": 6, "val": 2, "test": 2},
    rejects={"empty": 1, "truncated": 1},
    ingested=Summary(
        files={"train": 8, "val": 2, "test": 2},
        examples={"train": 6, "val": 2, "test": 2},
        rejects={"train": {"empty": 1, "truncated": 1}, "val": {}, "test": {}},
        classes={"rose": {"train": 6, "val": 2, "test": 2}},
        heights=dict.fromkeys(("rose", "all"), Sides(100, 150.0, 200)),
        widths=dict.fromkeys(("rose", "all"), Sides(300, 350.0, 400)),
    ),
    rejects_file="/run/rejects.csv",
    metrics={"accuracy": 0.5, "top_2_accuracy": 1.0},
    baseline={"accuracy": 0.25, "top_2_accuracy": 0.5},
    classes={
        "rose": {"images": 2.0, "accuracy": 0.5, "precision": 1.0, "recall": 0.5},
        "tulip": {"images": 0.0, "accuracy": None, "precision": None, "recall": None},
    },
    blessed=True,
    failures=(),
    version="17",
    pushed_to="/served/flowers/17",
    seconds={"Trainer": 12.34, "Pusher": 0.1},
    cached=("Pusher",),
    slices={},
    report="/run/report.html",
)

MASKS = replace(
    RESULT,
    task="masks",
    metrics={"mean_iou": 0.61, "pixel_accuracy": 0.82},
    baseline={"mean_iou": 0.2, "pixel_accuracy": 0.6},
    classes={"pet": {"iou": 0.61}, "border": {"iou": None}},
    slices={
        "label pug": {"images": 2.0, "mean_iou": 0.5, "pixel_accuracy": 0.75},
        "size bucket 1": {"images": 1.0, "mean_iou": None, "pixel_accuracy": None},
    },
)


def printed(result):
    console = Console(width=120, record=True, file=io.StringIO())
    run_table.show(result, console)
    return console.export_text()


def rows(result):
    return [[cell.strip() for cell in line.split("│")] for line in printed(result).splitlines()]


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(("rose", "6", "2", "2", "100 / 150 / 200"), id="images-of-a-class-by-split"),
        pytest.param(("rose", "2", "0.500", "1.000", "0.500"), id="a-class"),
        pytest.param(("tulip", "0", "-", "-", "-"), id="a-class-without-images"),
        pytest.param(("all, baseline", "", "0.250"), id="baseline"),
        pytest.param(("Trainer", "12.3"), id="seconds"),
        pytest.param(("Pusher", "unchanged"), id="cached"),
    ],
)
def test_a_row_holds(cells):
    assert any(tuple(row[1 : len(cells) + 1]) == cells for row in rows(RESULT))


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(("pet", "0.610", ""), id="a-class"),
        pytest.param(("border", "-", ""), id="a-class-without-pixels"),
        pytest.param(("all", "0.610", "0.820"), id="all"),
        pytest.param(("all, baseline", "0.200", "0.600"), id="baseline"),
        pytest.param(("label pug", "2", "0.500", "0.750"), id="a-breed"),
        pytest.param(("size bucket 1", "1", "-", "-"), id="a-slice-without-pixels-that-count"),
    ],
)
def test_of_masks_a_row_holds(cells):
    assert any(tuple(row[1 : len(cells) + 1]) == cells for row in rows(MASKS))


@pytest.mark.parametrize("result", [RESULT, MASKS], ids=["classes", "masks"])
def test_the_page_to_look_at_is_named(result):
    assert "Report: /run/report.html" in printed(result).splitlines()


@pytest.mark.parametrize(
    "line",
    [
        "All rejects: /run/rejects.csv",
        "all: 12 files = 10 examples + 2 rejects",
        "rejects: 1 empty",
        "rejects: 1 truncated",
    ],
)
def test_the_account_of_files_is_printed(line):
    assert line in [row.strip() for row in printed(RESULT).splitlines()]


def test_the_version_pushed_ends_the_report():
    assert printed(RESULT).rstrip().endswith("Version 17 is at /served/flowers/17")


def test_each_failure_of_the_gate_is_a_line():
    failures = ("accuracy on rose is 0.100; the gate asks for 0.4.", "No answer.")
    result = replace(RESULT, blessed=False, failures=failures, version="", pushed_to="")

    assert printed(result).rstrip().splitlines()[-2:] == [f"  {line}" for line in failures]


def test_a_class_and_a_failure_in_brackets_are_printed_as_they_are():
    classes = {"[b]x": RESULT.classes["rose"]}
    result = replace(RESULT, classes=classes, blessed=False, failures=("Not at [/job:local].",))

    assert "[b]x" in printed(result)
    assert "Not at [/job:local]." in printed(result)


def test_the_json_holds_what_the_table_shows(tmp_path):
    results.write_json(RESULT, tmp_path / "result.json")

    written = json.loads((tmp_path / "result.json").read_text())

    assert written["examples"] == RESULT.examples
    assert written["classes"]["tulip"]["precision"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
