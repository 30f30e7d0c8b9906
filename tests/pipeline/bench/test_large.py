"""What `make bench-large` draws, counts and measures."""

from __future__ import annotations

import os

import rasterio

from pipeline.bench.large import inputs, predicting, run
from pipeline.bench.large.predicting import Run
from serving.prediction.tiled.records import Record
from serving.prediction.tiled.strips import Strip


def test_the_image_has_its_size_a_place_and_many_colours(tmp_path):
    inputs.draw(tmp_path / "scan.tif", 600)

    with rasterio.open(tmp_path / "scan.tif") as image:
        pixels = image.read()
        assert image.crs == inputs.PLACE["crs"]
    assert pixels.shape == (3, 600, 600)
    assert pixels[:, 550:, 550:].std() > inputs.NOISE


def test_finished_strips_are_counted_while_another_one_is_written(tmp_path):
    place = run.Place(tmp_path / "scan.tif", tmp_path)
    place.strips.parent.mkdir()
    assert run.count_strips(place) == 0

    with Record(place.strips, {"version": 1}) as record:
        for data in (b"one", b"\n\n"):
            record.append(Strip([1.0], 3, data))
    with place.strips.open("ab") as file:
        file.write(b'{"bytes": 7')

    assert run.count_strips(place) == 2


def test_a_continued_run_says_how_many_tiles_it_found():
    assert Run(1.0, 0, 0, "scan.tif continues after 1,600 of 3,200 tiles.").resumed == 1600
    assert Run(1.0, 0, 0, "").resumed == 0


def test_the_peak_memory_is_that_of_a_living_process():
    assert predicting.read_memory(os.getpid()) > 2**20
    assert predicting.read_memory(2**30) == 0
