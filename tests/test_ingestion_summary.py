"""The tutorial's table, and the account of every file."""

from __future__ import annotations

import io

from rich.console import Console

from components import ingestion_summary, rejects
from components.candidates import Candidate
from components.ingestion_summary import Sides

FOUND = [
    Candidate("a/1", "a", "train", "1", height=20, width=30),
    Candidate("a/2", "a", "train", "2", height=40, width=31),
    Candidate("b/1", "b", "test", "3", height=60, width=90),
    Candidate("b/2", "b", "val", "4", reason=rejects.EMPTY, detail="0 bytes"),
]


def test_every_file_is_counted():
    summary = ingestion_summary.of(FOUND, ("a", "b", "c"), ("LICENSE.txt",))

    assert summary.files == {"train": 2, "val": 1, "test": 1}
    assert summary.examples == {"train": 2, "val": 0, "test": 1}
    assert summary.rejects == {"train": {}, "val": {rejects.EMPTY: 1}, "test": {}}
    assert summary.reasons == {rejects.EMPTY: 1}
    assert summary.classes["c"] == {"train": 0, "val": 0, "test": 0}


def test_sizes_are_those_of_examples():
    summary = ingestion_summary.of(FOUND, ("a", "b"))

    assert summary.heights == {
        "a": Sides(20, 30, 40),
        "b": Sides(60, 60, 60),
        "all": Sides(20, 40, 60),
    }
    assert summary.widths["a"] == Sides(30, 30.5, 31)


def test_what_is_written_is_read(tmp_path):
    summary = ingestion_summary.of(FOUND, ("a", "b"), ("LICENSE.txt",))

    ingestion_summary.write(str(tmp_path), summary)

    assert ingestion_summary.read(str(tmp_path)) == summary


def test_the_table_shows_classes_sizes_and_the_account():
    summary = ingestion_summary.of(FOUND, ("a", "b"), ("LICENSE.txt",))
    console = Console(file=io.StringIO(), width=100)

    console.print(ingestion_summary.table(summary))

    shown = console.file.getvalue()
    assert "20 / 30 / 40" in shown
    assert "val: 1 files = 0 examples + 1 rejects" in shown
    assert "not ingested: 1 (LICENSE.txt)" in shown
