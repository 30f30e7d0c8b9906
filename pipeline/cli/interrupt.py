"""Ctrl-C ends a command, even while a library runs code whose exceptions are lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.exit_codes import INTERRUPTED


@contextmanager
def end_at_interrupt(advice: str) -> Iterator[None]:
    """Prints the advice and ends this process at Ctrl-C. Call it in the main thread.

    Python ignores an exception that is raised in a finalizer, or in a callback from C++. If
    KeyboardInterrupt is raised there, the command goes on. Nothing needs to be cleaned up: a run
    may end at any moment (docs/decisions/0011-kills.md), and `pipeline.guard` ends its children.
    """

    def end(number: int, frame: FrameType | None) -> None:
        # Printing through sys.stderr could wait for a lock of the interrupted code.
        os.write(2, f"\nInterrupted. {advice}\n".encode())
        os._exit(INTERRUPTED)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
