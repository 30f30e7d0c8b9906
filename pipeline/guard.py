"""Ends what a process has started when it ends, however that is: by itself, Ctrl-C or kill -9.

What it starts inherits an environment variable, the mark, also through other programs and in other
process groups. A second process waits for the end of the first, finds the mark in /proc and ends
what has it. This file is that process too, so it imports nothing but Python's own library.
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
    """Ends all processes that are started inside with the block, or with this process."""
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


def marks() -> dict[str, str]:
    """The marks of this process: for children that are given another environment than its own."""
    return {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}


def end(mark: str) -> None:
    """Asks all processes with the mark to end, and kills those that have not after a while."""
    asked: set[int] = set()
    deadline = time.monotonic() + GRACE_SECONDS
    while found := set(marked(mark)):
        late = time.monotonic() > deadline
        for process in found if late else found - asked:
            send(process, signal.SIGKILL if late else signal.SIGTERM)
        asked |= found
        time.sleep(STEP_SECONDS)


def send(process: int, number: signal.Signals) -> None:
    """Sends a signal to a process, if it is still there."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def marked(mark: str) -> Iterator[int]:
    """The processes that have the mark; one that has ended has no environment."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and f"{mark}=".encode() in environment(folder):
            yield int(folder.name)


def environment(process: Path) -> bytes:
    """The variables that a process was started with; empty if it has ended, or may not be read."""
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    # The process that it watches answers Ctrl-C; its input ends in any case.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.read()
    end(sys.argv[1])
