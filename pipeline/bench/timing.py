"""Measures work by the clock and by processor time.

Other processes on the same cores lower the rate by the clock; by processor time it hardly changes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Lap(NamedTuple):
    """A number of items, and the time that they took."""

    items: int
    seconds: float
    cpu_seconds: float  # Of all threads of this process.

    @property
    def rate(self) -> float:
        """Items per second."""
        return self.items / self.seconds

    @property
    def cpu_rate(self) -> float:
        """Items per second of processor time."""
        return self.items / self.cpu_seconds


class LapPair(NamedTuple):
    """Two laps, one right after the other, so that what slows one slows both."""

    yardstick: Lap
    lap: Lap


def time_work(work: Callable[[], int]) -> Lap:
    """Does the work, which returns its number of items."""
    start, cpu_start = time.perf_counter(), time.process_time()
    items = work()
    return Lap(items, time.perf_counter() - start, time.process_time() - cpu_start)


def find_ratio(pairs: Sequence[LapPair]) -> float:
    """The laps' rate divided by their yardsticks': the median."""
    return statistics.median(pair.lap.rate / pair.yardstick.rate for pair in pairs)


def find_cpu_ratio(pairs: Sequence[LapPair]) -> float:
    """The same ratio by processor time."""
    return statistics.median(pair.lap.cpu_rate / pair.yardstick.cpu_rate for pair in pairs)
