"""Ends process groups when the process that started them ends, in whatever way.

It reads their ids from its standard input, one per line, and ends them at the end of the input. It
imports only the standard library, because it has to start before the first of them.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 5.0


def main(lines: Iterable[str]) -> None:
    """Waits for the end of the lines, then ends the groups that they name."""
    groups = [int(line) for line in lines]
    send(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(map(is_alive, groups)):
        time.sleep(0.05)
    send(groups, signal.SIGKILL)


def send(groups: list[int], number: signal.Signals) -> None:
    """Sends a signal to all processes of the groups."""
    for group in groups:
        if is_alive(group):
            os.killpg(group, number)


def is_alive(group: int) -> bool:
    """Whether any process of the group is left; a zombie counts."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    # Ctrl-C is for the process that it watches; when that one ends, so does the input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(sys.stdin)
