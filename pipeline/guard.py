"""Ends all child processes when their parent ends, even by Ctrl-C or kill -9.

Children inherit an environment variable, the mark, even through other programs and process groups.
A watcher process waits for the end of the parent, finds the mark in /proc, and ends the processes
that have it. The watcher runs this file, so the file imports only the standard library.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "FCN_GUARD_"  # One variable for each guard: a guarded process may guard others.
GRACE_SECONDS = 5.0
STEP_SECONDS = 0.05


@contextmanager
def guard() -> Iterator[None]:
    """Ends all processes that are started inside the block, when the block or this process ends."""
    mark = f"{PREFIX}{uuid.uuid4().hex}"
    # In a session of its own: Ctrl-C in a terminal reaches all of a session's foreground.
    watcher = subprocess.Popen(
        (sys.executable, "-S", __file__, mark), stdin=subprocess.PIPE, start_new_session=True
    )
    os.environ[mark] = "1"
    try:
        yield
    finally:
        del os.environ[mark]
        assert watcher.stdin
        watcher.stdin.close()
        watcher.wait()


def list_marks() -> dict[str, str]:
    """The marks of this process: pass them to children that get their own environment."""
    return {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}


def end_processes(mark: str) -> None:
    """Sends SIGTERM to all processes with the mark, and kills those that outlive GRACE_SECONDS."""
    signalled: set[int] = set()
    deadline = time.monotonic() + GRACE_SECONDS
    while found := set(find_processes(mark)):
        late = time.monotonic() > deadline
        for process in found if late else found - signalled:
            send(process, signal.SIGKILL if late else signal.SIGTERM)
        signalled |= found
        time.sleep(STEP_SECONDS)


def send(process: int, number: signal.Signals) -> None:
    """Sends a signal to a process, if it is still there."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def find_processes(mark: str) -> Iterator[int]:
    """Yields the IDs of running processes that have the mark."""
    for folder in Path("/proc").glob("[0-9]*"):  # Empty on systems without /proc.
        if f"{mark}=".encode() in read_environment(folder):
            yield int(folder.name)


def read_environment(process: Path) -> bytes:
    """The environment that a process started with; empty if it has ended or is not readable."""
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    # Ctrl-C is for the watched process. Stdin closes when that process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.read()
    end_processes(sys.argv[1])
