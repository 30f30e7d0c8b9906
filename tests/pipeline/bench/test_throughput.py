"""`make bench` from a folder to its table, on a few drawn flowers."""

from __future__ import annotations

import io

import pytest
import typer
from rich.console import Console

from pipeline.bench import throughput
from pipeline.demo import drawn_flowers

MEASURED = (
    "ingestion, with start-up",
    "ingestion",
    "useful pixels, training",
    "useful pixels, evaluation",
    "useful pixels, as they come, 32 a batch",
    "useful pixels, as they come, 8 a batch",
    "bare decoding",
    "input, evaluation, first pass",
    "input, training, first epoch",
    "input, training, later epochs",
    "peak memory of this process",
)


@pytest.fixture
def progress(monkeypatch):
    monkeypatch.setattr(throughput.terminal, "errors", Console(file=io.StringIO(), width=200))
    return lambda: throughput.terminal.errors.file.getvalue()


def test_every_figure_is_in_the_table_and_in_the_markdown(tmp_path, progress, capsys):
    folder = drawn_flowers.draw(tmp_path / "drawn", per_class=12)
    page = tmp_path / "pages" / "results.md"

    throughput.bench(data=str(folder), markdown=str(page), rounds=1)

    lines = page.read_text(encoding="utf-8").splitlines()
    assert tuple(line.split(" | ")[0].removeprefix("| ") for line in lines[2:13]) == MEASURED
    assert "60 files of drawn" in capsys.readouterr().out
    assert "TensorFlow 2." in page.read_text(encoding="utf-8")
    assert "round 1 of 1" in progress()


def test_a_missing_folder_ends_with_the_exit_code_of_wrong_input(tmp_path, progress):
    with pytest.raises(typer.Exit) as ended:
        throughput.bench(data=str(tmp_path / "nowhere"), rounds=1)

    assert ended.value.exit_code == 2
    assert "nowhere" in progress()


def test_a_process_with_tensorflow_uses_more_than_100_megabytes():
    assert 2**20 * 100 < throughput.read_peak_memory() < 2**40
