"""What a run prints at its end."""

import io
import json
from dataclasses import replace

import pytest

from components.ingestion.summary import Sides, Summary
from pipeline.local import results, run_table
from serving import printable
from serving.terminal import Console

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
    metrics={"mean_iou": 0.61, "pixel_accuracy": 0.82, "animal_iou": 0.87},
    baseline={"mean_iou": 0.2, "pixel_accuracy": 0.6, "animal_iou": 0.0},
    classes={"pet": {"iou": 0.61}, "border": {"iou": None}},
    slices={
        "label pug": {"images": 2.0, "mean_iou": 0.5, "pixel_accuracy": 0.75, "animal_iou": 0.7},
        "size bucket 1": {"images": 1.0, "mean_iou": None, "pixel_accuracy": None},
    },
)


def show(result):
    console = Console(width=120, record=True, file=io.StringIO())
    run_table.show(result, console)
    return console.export_text()


def rows(result):
    return [[cell.strip() for cell in line.split("│")] for line in show(result).splitlines()]


ROWS = {
    "images of a class by split": (RESULT, ("rose", "6", "2", "2", "100 / 150 / 200")),
    "class": (RESULT, ("rose", "2", "0.500", "1.000", "0.500")),
    "class without images": (RESULT, ("tulip", "0", "-", "-", "-")),
    "baseline": (RESULT, ("all, baseline", "", "0.250")),
    "seconds": (RESULT, ("Trainer", "12.3")),
    "cached": (RESULT, ("Pusher", "unchanged")),
    "masks, class": (MASKS, ("pet", "0.610", "")),
    "masks, class without pixels": (MASKS, ("border", "-", "")),
    "masks, all": (MASKS, ("all", "0.610", "0.820")),
    "masks, baseline": (MASKS, ("all, baseline", "0.200", "0.600")),
    "masks, union": (MASKS, ("animal", "0.870", "")),
    "masks, union, baseline": (MASKS, ("animal, baseline", "0.000", "")),
    "masks, breed": (MASKS, ("label pug", "2", "0.500", "0.700", "0.750")),
    "masks, slice without pixels": (MASKS, ("size bucket 1", "1", "-", "-", "-")),
}


@pytest.mark.parametrize(("result", "cells"), ROWS.values(), ids=ROWS.keys())
def test_the_tables_have_a_row(result, cells):
    assert any(tuple(row[1 : len(cells) + 1]) == cells for row in rows(result))


@pytest.mark.parametrize("result", [RESULT, MASKS], ids=["classes", "masks"])
def test_the_page_is_named(result):
    assert "Report: /run/report.html" in show(result).splitlines()


def test_the_page_of_doubts_is_named_if_there_is_one():
    doubted = show(replace(RESULT, doubts="/run/doubts.html"))

    assert "Labels to doubt: /run/doubts.html" in doubted.splitlines()
    assert "Labels to doubt" not in show(RESULT)


@pytest.mark.parametrize(
    "line",
    [
        "All rejects: /run/rejects.csv",
        "all: 12 files = 10 examples + 2 rejects",
        "rejects: 1 empty",
        "rejects: 1 truncated",
    ],
)
def test_the_account_of_files_is_show(line):
    assert line in [row.strip() for row in show(RESULT).splitlines()]


def test_the_version_pushed_ends_the_report():
    assert show(RESULT).rstrip().endswith("Version 17 is at /served/flowers/17")


def test_each_failure_of_the_gate_is_a_line():
    failures = ("accuracy on rose is 0.100; the gate requires at least 0.4.", "No answer.")
    result = replace(RESULT, blessed=False, failures=failures, version="", pushed_to="")

    assert show(result).rstrip().splitlines()[-2:] == [f"  {line}" for line in failures]


def test_brackets_in_names_and_failures_are_printed_as_they_are():
    classes = {"[b]x": RESULT.classes["rose"]}
    result = replace(RESULT, classes=classes, blessed=False, failures=("Not at [/job:local].",))

    assert "[b]x" in show(result)
    assert "Not at [/job:local]." in show(result)


def test_the_json_has_what_the_table_shows(tmp_path):
    results.write_json(RESULT, tmp_path / "result.json")

    written = json.loads((tmp_path / "result.json").read_text())

    assert written["examples"] == RESULT.examples
    assert written["classes"]["tulip"]["precision"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.parametrize("name", ["[/thing]", "[red]", "\x1b[31m", "n" * 300])
def test_names_are_whole_and_cannot_act(name):
    classes = {name: RESULT.classes["rose"]}
    ingested = replace(RESULT.ingested, classes={name: RESULT.ingested.classes["rose"]})
    sizes = dict.fromkeys((name, "all"), Sides(1, 1.0, 1))
    ingested = replace(ingested, heights=sizes, widths=sizes)
    failed = replace(RESULT, blessed=False, failures=(f"class {name}",), report=f"/{name}")
    stream = io.StringIO()

    run_table.show(replace(failed, classes=classes, ingested=ingested), Console(file=stream))

    assert stream.getvalue().count(printable.name(name)) == 4
    assert not {"\x1b", "…"} & set(stream.getvalue())
