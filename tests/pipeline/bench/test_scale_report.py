"""Fixed and per-image cost, from times at two sizes."""

from __future__ import annotations

import pytest

from pipeline.bench.scale_report import Measurement, ScaleReport, Sizes, format_ratio

SIZES = Sizes(100, 1100)
DIRECT = Measurement("direct", "ingestion", 3.0, 13.0)
FLINK = Measurement("Flink, 1 TaskManager", "ingestion", 32.0, 52.0)


def test_the_time_without_any_image_is_fixed():
    assert DIRECT.per_image(SIZES) == pytest.approx(0.01)
    assert DIRECT.fixed(SIZES) == pytest.approx(2.0)
    assert FLINK.fixed(SIZES) == pytest.approx(30.0)


def test_each_engine_is_compared_with_the_direct_one():
    page = ScaleReport(SIZES, (DIRECT, FLINK), ("on a machine",)).markdown().splitlines()

    assert page[0].startswith("| engine | step | 100 images | 1,100 images | fixed | per image |")
    assert page[3] == (
        "| Flink, 1 TaskManager | ingestion | 32.0 s | 52.0 s | 30.0 s | 20.00 ms | 2.00 | 4.00 |"
    )
    assert page[-1] == "on a machine  "


def test_a_cost_lost_in_the_noise_is_a_dash():
    assert format_ratio(1.0, 0.0) == "-"
    assert format_ratio(-1.0, 2.0) == "-"

    faster_with_more = Measurement("direct, 2 processes", "ingestion", 20.0, 15.0)
    row = ScaleReport(SIZES, (DIRECT, faster_with_more), ()).markdown().splitlines()[3]
    assert row.endswith("| 20.0 s | 15.0 s | - | - | - | 1.15 |")
