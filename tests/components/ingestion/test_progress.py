"""What the terminal says while ingestion runs."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from components.ingestion import progress


@pytest.mark.parametrize(
    ("terminal", "said"),
    [
        pytest.param(True, "7/9", id="bar"),
        pytest.param(False, "ingesting 9 files: 7 examined, 0 written", id="lines"),
    ],
)
def test_progress_is_told_while_it_runs(terminal, said):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)

    with progress.shown(9, console, every=0.05):
        progress.advance("examined", 7)
        time.sleep(0.5)

    assert said in console.file.getvalue()


def test_without_counts_the_time_is_told():
    console = Console(file=io.StringIO(), width=100)

    with progress.shown(9, console, every=0.05):
        time.sleep(0.5)

    assert "ingesting 9 files, 0 s" in console.file.getvalue()
