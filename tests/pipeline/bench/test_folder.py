"""Memory and tables of a folder with many copies of one file."""

from __future__ import annotations

import pytest

from pipeline.bench import folder, throughput
from pipeline.bench.folder_report import FolderMeasurement, FolderReport


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    folder.draw(home / "data", 200)
    return folder.measure(home / "data", home / "out")


def test_all_files_are_drawn_and_the_copies_are_rejects(measured):
    assert (measured.files, measured.examples, measured.rejects) == (200, 159, 41)
    assert measured.longest_row < 100
    assert measured.memory >= measured.memory_before > 0


def test_what_grows_is_shown_for_each_file():
    sizes = {"seconds": 1.0, "memory_before": 2**20, "longest_row": 9, "summary": 2**10}
    small = FolderMeasurement(files=10, examples=9, rejects=1, memory=2**21, table=2**10, **sizes)
    large = FolderMeasurement(
        files=110, examples=90, rejects=20, memory=2**21 + 3000, table=2**10 + 500, **sizes
    )

    page = FolderReport((small, large), ("on a machine",)).markdown().splitlines()

    assert page[0] == "|  | 10 files | 110 files | for each further file |"
    assert "| peak memory | 2 MiB | 2 MiB | 30 bytes |" in page
    assert "| rejects.csv | 1 KiB | 1 KiB | 5 bytes |" in page
    assert page[-1] == "on a machine  "


def test_the_speed_of_the_machine_is_measured():
    assert throughput.measure_multiplication(64, rounds=2) > 0
