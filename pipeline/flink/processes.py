"""Processes that end with this one, however it ends: by itself, by an error, Ctrl-C or kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.flink import supervisor
from pipeline.flink.errors import ClusterError

LINES = 15  # Of a log, in an error.


class Processes:
    """Each in a group of its own, with its log in a folder. Use it in a `with` block."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> Processes:
        self._logs.mkdir(parents=True, exist_ok=True)
        # In a session of its own: Ctrl-C in a terminal reaches all of a session's foreground.
        self._supervisor = subprocess.Popen(
            (sys.executable, "-S", supervisor.__file__),
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._supervisor.stdin
        self._supervisor.stdin.close()
        # Children that ended stay in their group until they are waited for.
        for process in self._running.values():
            process.wait()
        self._supervisor.wait()

    def start(
        self, name: str, command: Sequence[str], variables: Mapping[str, str] | None = None
    ) -> None:
        """Starts a process, with these environment variables beside those of this one."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(variables or {})},
                start_new_session=True,
            )
        assert self._supervisor.stdin
        self._supervisor.stdin.write(f"{process.pid}\n".encode())
        self._supervisor.stdin.flush()
        self._running[name] = process

    def kill(self, name: str) -> None:
        """Ends a process at once, as kill -9 does, and what it has started."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def pid(self, name: str) -> int:
        """The number of a process."""
        return self._running[name].pid

    def check(self) -> None:
        """Raises ClusterError if one has ended that nobody killed."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ClusterError(
                    f"{name} ended with {process.returncode}. {self.end_of_log(name)}"
                )

    def end_of_log(self, name: str) -> str:
        """The last lines of what a process has put out, for an error."""
        lines = self.log(name).read_text("utf-8", "replace").splitlines()[-LINES:]
        return "\n".join([f"The end of {self.log(name)}:", *lines])

    def log(self, name: str) -> Path:
        """Where a process's output goes."""
        return self._logs / f"{name}.log"
