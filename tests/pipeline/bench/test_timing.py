"""Rates and ratios of laps."""

from __future__ import annotations

import pytest

from pipeline.bench.timing import Lap, LapPair, find_cpu_ratio, find_ratio, time_work

PAIRS = [
    LapPair(Lap(100, 1.0, 1.0), Lap(100, 2.0, 1.0)),  # 0.5 by the clock, 1.0 by the processor.
    LapPair(Lap(100, 1.0, 1.0), Lap(300, 1.0, 1.0)),  # 3.0, 3.0
    LapPair(Lap(100, 4.0, 1.0), Lap(100, 5.0, 4.0)),  # 0.8, 0.25
]


def test_rates_are_items_in_a_second():
    lap = Lap(100, 4.0, 5.0)

    assert (lap.rate, lap.cpu_rate) == (25.0, 20.0)


def test_ratios_are_medians_over_the_pairs():
    assert find_ratio(PAIRS) == pytest.approx(0.8)
    assert find_cpu_ratio(PAIRS) == pytest.approx(1.0)


def test_a_lap_holds_what_the_work_returned_and_the_time_it_took():
    lap = time_work(lambda: len([n * n for n in range(100_000)]))

    assert lap.items == 100_000
    assert lap.seconds > 0
    assert lap.cpu_seconds > 0
