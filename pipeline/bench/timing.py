"""How long some work takes, by the clock and by the processor.

Other processes on the same cores slow the clock's rate; that of the processor hardly changes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Lap(NamedTuple):
    """Some items of work, and what they took."""

    items: int
    seconds: float
    cpu_seconds: float  # Of all threads of this process.

    @property
    def rate(self) -> float:
        """Items in a second."""
        return self.items / self.seconds

    @property
    def cpu_rate(self) -> float:
        """Items in a second of one core's work."""
        return self.items / self.cpu_seconds


class Pair(NamedTuple):
    """Two laps, the one right after the other, so that what slows one slows both."""

    yardstick: Lap
    lap: Lap


def timed(work: Callable[[], int]) -> Lap:
    """Does the work, which returns how many items it was."""
    start, cpu_start = time.perf_counter(), time.process_time()
    items = work()
    return Lap(items, time.perf_counter() - start, time.process_time() - cpu_start)


def ratio(pairs: Sequence[Pair]) -> float:
    """The laps' rate for each 1 of their yardsticks': the median."""
    return statistics.median(pair.lap.rate / pair.yardstick.rate for pair in pairs)


def cpu_ratio(pairs: Sequence[Pair]) -> float:
    """The same by seconds of work, not by the clock."""
    return statistics.median(pair.lap.cpu_rate / pair.yardstick.cpu_rate for pair in pairs)
