"""Ends process groups when the process that started them ends, however that ends.

It gets their numbers on its standard input, one a line; at the end of the input it ends them. Only
Python's own library is imported: it has to be there before the first of them.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 5.0


def main(lines: Iterable[str]) -> None:
    """Waits for the end of the lines, then ends what they name."""
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
    """Whether any process of the group is left, if only as one that nobody has waited for."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    # The process that it watches answers Ctrl-C; the input ends in any case.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(sys.stdin)
