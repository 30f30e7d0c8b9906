"""Ctrl-C ends a run, even while a library runs code whose exceptions are lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.exit_codes import INTERRUPTED


@contextmanager
def end_at_interrupt() -> Iterator[None]:
    """Ends this process at Ctrl-C, without raising KeyboardInterrupt. Call it in the main thread.

    Python ignores an exception that is raised in a finalizer, or in a callback from C++. If
    KeyboardInterrupt is raised there, the run goes on. Nothing needs to be cleaned up: a run may
    end at any moment (docs/decisions/0011-kills.md), and `pipeline.guard` ends its children.
    """
    before = signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end(number: int, frame: FrameType | None) -> None:
    # Printing through sys.stderr could wait for a lock of the interrupted code.
    os.write(2, b"\nInterrupted. Finished steps are kept: run the same command to continue.\n")
    os._exit(INTERRUPTED)
