"""Plays a pod: a disk of its own, a process group, a log; all but the log vanishes at its end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from pipeline.kubeflow.rehearsal.failures import LauncherFailed, PodLost


class Pod:
    """One attempt of a step. Use it in a `with` block."""

    def __init__(self, folder: Path, log: Path, *, volumes: Path) -> None:
        self.folder = folder
        self.log = log
        self.volumes = volumes  # A folder for each claim; they stay.
        self.name = log.stem
        self.staged = folder / "staged"  # Stands for the root of the pod's file system.
        self.work = folder / "work"
        self.temporary = folder / "tmp"
        self.home = folder / "no-home"  # Never made: a user without an entry has none.
        self.outputs = folder / "kfp"
        self.warnings: list[str] = []
        self._said = b""

    def __enter__(self) -> Pod:
        self.folder.mkdir(parents=True)  # Attempts of a step share the path, and nothing there.
        for folder in (self.staged, self.work, self.temporary, self.outputs, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def warn(self, text: str) -> None:
        """Notes what the launcher lets pass."""
        self.warnings.append(text)
        self.say(text)

    def say(self, text: str) -> None:
        """A line of the launcher's own in the log."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"[launcher] {text}\n")

    def run(self, command: Sequence[str], environment: Mapping[str, str], deadline: int) -> None:
        """Runs the step to its end; a deadline of 0 seconds is none.

        Raises LauncherFailed for an exit code, PodLost for a signal and after the deadline.
        """
        with self.log.open("ab") as log:
            start = log.tell()
            try:
                code = run(command, cwd=self.work, env=environment, out=log, limit=deadline)
            except subprocess.TimeoutExpired as error:
                raise PodLost(
                    f"killed after its activeDeadlineSeconds, {deadline}: give it more time"
                ) from error
            except OSError as error:
                raise LauncherFailed(f"cannot start {command[0]!r}: {error}") from error
        self._said = self.log.read_bytes()[start:]
        if code < 0:
            raise PodLost(
                f"killed by signal {-code} ({signal.strsignal(-code)}), "
                f"as a pod out of memory or evicted is"
            )
        if code:
            raise LauncherFailed(f"exit status {code}")

    def save_logs(self, target: Path) -> None:
        """Writes what the step itself said into a file."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self._said)


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], out: object, limit: int
) -> int:
    """Runs a command in a process group of its own, which ends with it however that comes about."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=out,  # type: ignore[call-overload]
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        return process.wait(limit or None)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
