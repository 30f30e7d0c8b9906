"""Rows from laps and shares, and a table from rows."""

from __future__ import annotations

import pytest
from rich.console import Console

from pipeline.bench import report
from pipeline.bench.report import BenchReport, Row
from pipeline.bench.timing import Lap, LapPair

REPORT = BenchReport(
    (
        Row("this", "1.0", "0.9", target="≥ 2", met=False),
        Row("that", "3.0", target="≥ 2", met=True),
        Row("memory", "1 GiB"),
    ),
    ("2 cores", "a [day]"),
)


def round_of(**parts):
    """Laps whose rates are these parts of a bare decoding at 100 records a second."""
    return {name: LapPair(Lap(100, 1, 1), Lap(100, 1 / part, 2)) for name, part in parts.items()}


@pytest.mark.parametrize(("seconds", "met"), [(4.0, True), (5.0, False)], ids=["450", "360"])
def test_ingestion_is_judged_without_start_up(seconds, met):
    first, again = report.make_ingestion_rows(Lap(1800, 40, 8), Lap(1800, seconds, 4))

    assert (first.measured, first.met) == ("45 images/s", None)
    assert again.met is met
    assert again.by_processor == "450 a core"


@pytest.mark.parametrize(("training", "met"), [(0.95, True), (0.949, False)])
def test_useful_pixels_are_judged_in_training(training, met):
    rows = list(report.make_useful_rows(training=training, evaluation=0.5, as_they_come={8: 0.25}))

    assert rows[2].what == "useful pixels, as they come, 8 a batch"
    assert [row.met for row in rows] == [met, None, None]
    assert [row.measured for row in rows[1:]] == ["50.0%", "25.0%"]


def test_the_input_pipeline_is_judged_by_the_median_of_its_ratios():
    rounds = [round_of(fast=0.91, slow=0.5), round_of(fast=0.2, slow=3.0), round_of(fast=2, slow=1)]

    bare, fast, slow = report.make_input_rows(rounds, targeted=("fast",))

    assert (bare.measured, bare.met) == ("100 records/s", None)
    assert (fast.measured, fast.met) == ("0.91 of bare (91 records/s)", True)
    assert (slow.measured, slow.met) == ("1.00 of bare (100 records/s)", None)
    assert fast.by_processor == "0.50 of bare"


def test_the_markdown_has_the_rows_and_the_caption():
    assert REPORT.markdown().splitlines() == [
        "| what | measured | by processor time | target |  |",
        "| --- | --- | --- | --- | --- |",
        "| this | 1.0 | 0.9 | ≥ 2 | missed |",
        "| that | 3.0 |  | ≥ 2 | met |",
        "| memory | 1 GiB |  |  |  |",
        "",
        "2 cores  ",
        "a [day]  ",
    ]


def test_the_table_has_them_too():
    console = Console(width=100)
    with console.capture() as captured:
        console.print(REPORT.table())

    text = captured.get()
    for part in ("this", "0.9", "≥ 2", "missed", "met", "1 GiB", "2 cores", "a [day]"):
        assert part in text
