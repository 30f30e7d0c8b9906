"""The report of `make bench-train`."""

from __future__ import annotations

from dataclasses import replace

from pipeline.bench.training.report import OutOfMemory, Rate, TrainingReport

TUTORIAL = Rate(
    name="the tutorial's",
    side=140,
    batch_size=8,
    images=10.0,
    operations=8e9,
    multiplication=160e9,
    convolution=100e9,
    memory=2**30,
)
OURS = replace(TUTORIAL, name="ours", images=600.0, operations=0.1e9)


def test_rates_are_compared_with_the_machine_and_the_tutorial():
    lines = TrainingReport(TUTORIAL, OURS, (OURS,), ("on a machine",)).markdown().splitlines()

    cells = [cell.strip() for cell in lines[2].split("|")[1:-1]]
    assert cells == ["the tutorial's", "140", "8", "10.0", "8", "80.0", "50%", "80%", "1,024 MiB"]
    assert len([line for line in lines if line.startswith("| ours |")]) == 2
    assert any("ours: 60.0 times" in line for line in lines)
    assert lines[-1] == "on a machine  "


def test_a_training_without_enough_memory_is_a_row():
    lines = TrainingReport(TUTORIAL, OURS, (OutOfMemory("big"), OURS), ()).markdown().splitlines()

    assert "| big |  |  | out of memory |" in "\n".join(lines)
    assert len([line for line in lines if line.startswith("| ours |")]) == 2


def test_rates_are_not_compared_with_a_training_that_failed():
    report = TrainingReport(TUTORIAL, OutOfMemory("ours"), (), ())

    assert not [note for note in report.notes if "times the images/s" in note]
