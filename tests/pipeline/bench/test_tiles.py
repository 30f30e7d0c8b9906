"""`make bench-tiles`: what it finds about one small network."""

from __future__ import annotations

from pipeline.bench.tiles import COLUMNS, Case, measure


def test_in_float64_tiles_differ_by_rounding_and_a_smaller_halo_by_more():
    row = dict(zip(COLUMNS, measure("fcn", Case(side=256, tile=64, float64=True)), strict=True))

    assert row["positions that differ"].startswith("0 of ")
    assert float(row["largest difference"]) < 1e-14
    assert float(row["with a stride less of halo"].split(", ")[1]) > 1e-9
