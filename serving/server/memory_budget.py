"""How many bytes of images this process has in memory at a time, whatever the number of threads.

A thread reserves what it is going to need, and waits until that is free. File bytes and decoded
pixels have separate budgets. A thread reserves file bytes first, then pixels, and never two of one
kind: so no two threads wait for each other.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

VARIABLE = "FCN_DECODE_BYTES"
SHARE = 4  # By default, images take a quarter of the memory: models and libraries need the rest.
FILES_SHARE = 4  # Of the budget, file bytes take a quarter, and decoded pixels three quarters.


class MemoryBudget:
    """Bytes that threads reserve, first come, first served."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._used = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def reserve(self, size: int) -> Iterator[None]:
        """Waits until `size` bytes are free, and keeps them inside `with`.

        A size over the whole budget waits until all is free, and then runs alone.
        """
        self._take(size)
        try:
            yield
        finally:
            with self._changed:
                self._used -= size
                self._changed.notify_all()

    def _take(self, size: int) -> None:
        turn = object()
        with self._changed:
            self._waiting.append(turn)  # In order: many small images cannot keep a large one out.
            try:
                self._changed.wait_for(lambda: self._waiting[0] is turn and self._fits(size))
                self._used += size
            finally:
                self._waiting.remove(turn)
                self._changed.notify_all()

    def _fits(self, size: int) -> bool:
        return self._used == 0 or self._used + size <= self._total


@cache
def share_files() -> MemoryBudget:
    """The budget of this process for the bytes of files that it reads."""
    return MemoryBudget(find_total() // FILES_SHARE)


@cache
def share_pixels() -> MemoryBudget:
    """The budget of this process for decoded pixels."""
    return MemoryBudget(find_total() - find_total() // FILES_SHARE)


def find_total() -> int:
    """Returns the bytes for images: FCN_DECODE_BYTES, else a share of the memory.

    Raises ValueError if the variable is not a positive whole number.
    """
    text = os.environ.get(VARIABLE, "")
    if not text:
        return find_memory() // SHARE
    if not text.isdecimal() or not int(text):
        raise ValueError(
            f"{VARIABLE} is {text!r}. Set it to a number of bytes, for example 2000000000."
        )
    return int(text)


def find_memory(root: Path = Path("/")) -> int:
    """Returns the bytes of memory of this machine, or fewer if its container has a limit."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *_read_limits(root)])


def _read_limits(root: Path) -> Iterator[int]:
    """Reads the limits of this process's control groups, version 1 and 2, and of those above."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for mount, name in (("", "memory.max"), ("memory", "memory.limit_in_bytes")):
            if mount not in controllers.split(","):
                continue
            top = root / "sys/fs/cgroup" / mount
            group = top / path.lstrip("/")
            for folder in (group, *group.parents):
                limit = _read(folder / name).strip()
                if limit.isdecimal():  # "max" and a missing file are no limits.
                    yield int(limit)
                if folder == top:
                    break


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
