"""`fcn run` in a process of its own, its lines as they come, and a signal in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path

from pipeline import guard
from tests.e2e.command import PLACES
from tests.e2e.flower_run import TINY

PATIENCE = 120.0  # Seconds to end after a signal.


class KilledRun:
    """A run in the folder `home`. All processes that it starts are found by a mark."""

    def __init__(self, data: Path, home: Path) -> None:
        self._mark = f"FCN_TEST_{uuid.uuid4().hex}"
        self.printed: list[str] = []
        sets = [word for value in TINY for word in ("--set", value)]
        command = ["run", "flowers", "--data", str(data), *PLACES, *sets]
        root = str(Path(__file__).parents[2])
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pipeline", *command],
            cwd=home,
            env={**os.environ, "PYTHONPATH": root, "COLUMNS": "200", self._mark: "1"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        self.printed.extend(iter(self.process.stdout.readline, ""))

    def has_reached(self, component: str) -> bool:
        """Whether the component has begun."""
        return any(line.rstrip().endswith(f" {component}") for line in self.printed)

    def has_ended(self) -> bool:
        """Whether the run is over."""
        return self.process.poll() is not None

    def wait_for_end(self) -> int:
        """Waits for the end of the run: its exit code."""
        code = self.process.wait()
        self._reader.join()
        return code

    def left(self) -> set[int]:
        """The processes that are left of it."""
        return set(guard.find_processes(self._mark))
