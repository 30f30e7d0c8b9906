"""Processes that end with this one: when it returns, fails, or gets Ctrl-C or kill -9."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from pipeline.flink.errors import ClusterError
from pipeline.guard import guard

LINES = 15  # How many lines of a log an error shows.


class Processes:
    """Processes in groups of their own, with logs in a folder. Use it in a `with` block."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._ending = ExitStack()
        self.running: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> Processes:
        self._logs.mkdir(parents=True, exist_ok=True)
        self._ending.enter_context(guard())
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()
        for process in self.running.values():
            process.wait()

    def start(
        self, name: str, command: Sequence[str], variables: Mapping[str, str] | None = None
    ) -> None:
        """Starts a process, with these environment variables added to those of this one."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(variables or {})},
                start_new_session=True,
            )
        self.running[name] = process

    def check(self) -> None:
        """Raises ClusterError if a process has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise ClusterError(
                    f"{name} exited with code {process.returncode}. {self.read_log_end(name)}"
                )

    def read_log_end(self, name: str) -> str:
        """The last lines of a process's log, for an error."""
        lines = self.log(name).read_text("utf-8", "replace").splitlines()[-LINES:]
        return "\n".join([f"The end of {self.log(name)}:", *lines])

    def log(self, name: str) -> Path:
        """The file of a process's output."""
        return self._logs / f"{name}.log"
