"""What the terminal shows during ingestion."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from components.ingestion import progress


@pytest.mark.parametrize(
    ("terminal", "examined", "line"),
    [
        pytest.param(True, 7, "7/9", id="bar"),
        pytest.param(False, 7, "ingesting 9 files: 7 examined, 0 written", id="lines"),
        pytest.param(False, 0, "ingesting 9 files, 0 s", id="without-counts"),
    ],
)
def test_progress_is_shown_while_it_runs(terminal, examined, line):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)

    with progress.show(9, console, every=0.05):
        progress.advance("examined", examined)
        time.sleep(0.5)

    assert line in console.file.getvalue()
