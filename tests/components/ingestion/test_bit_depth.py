"""Folders of 16-bit files that do not declare their depth: the greatest value of all decides."""

from __future__ import annotations

import numpy as np
import pytest

from serving.rgb_images import make_upright
from tests.fakes.deep_images import MAX_SAMPLE, png, ramp, tiff
from tests.fakes.image_files import file_of, jpeg, mask, put
from tests.fakes.ingested import ingest, ingest_pairs
from trainer.data import images, records

SHAPE = {"height": 20, "width": 24}
BRIGHT = 3900  # The greatest value: 12 bits.


def draw(number, greatest):
    """Samples that differ from file to file."""
    samples = ramp(greatest=greatest, **SHAPE)
    samples[0, :2] = number // 250, number % 250
    return samples


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """60 files of 12 bits that declare nothing, one of them bright; 2 that declare 10; 2 JPEGs."""
    folder = tmp_path_factory.mktemp("deep")
    files = {f"{'ab'[n % 2]}/{n}.png": png(draw(n, 900)) for n in range(59)}
    files["a/bright.tif"] = tiff(draw(60, BRIGHT))
    files |= {f"a/ten{n}.tif": tiff(draw(n, 900), {MAX_SAMPLE: (3, 1023)}) for n in range(61, 63)}
    return put(folder, files | {f"b/{n}.jpg": jpeg(n) for n in range(2)})


@pytest.fixture(scope="module")
def found(folder, tmp_path_factory):
    return ingest(folder, tmp_path_factory.mktemp("out"))


def pixels_by_name(found):
    return {
        record[records.FILENAME].decode(): images.decode(record[records.ENCODED]).numpy()
        for record in found.all_records
    }


def test_every_file_is_scaled_by_the_depth_of_the_whole_folder(found):
    pixels = pixels_by_name(found)

    assert found.rejects == []
    assert pixels["a/bright.tif"].max() == BRIGHT >> 4
    assert {pixels[f"{'ab'[n % 2]}/{n}.png"].max() for n in range(59)} == {900 >> 4}
    assert pixels["a/ten61.tif"].max() == 900 >> 2


def test_files_of_undeclared_depth_are_counted_and_the_depth_is_shown(found):
    assert found.summary.warnings == {"bit_depth_undeclared": 60, "looks_like_others": 64}
    assert found.summary.undeclared_bits == 12


def test_the_client_sends_the_pixels_of_the_records(folder, found):
    sent = {
        str(path.relative_to(folder)): make_upright(path.read_bytes(), bits=12)
        for path in folder.rglob("*.*")
    }

    for name, pixels in pixels_by_name(found).items():
        assert np.array_equal(images.decode(sent[name]).numpy(), pixels), name


def test_images_with_masks_are_scaled_too(tmp_path):
    drawn = file_of(mask(1, 2, 3, **SHAPE))
    put(tmp_path / "data", {f"images/{n}.png": png(draw(n, 4095)) for n in range(60)})
    put(tmp_path / "data", {f"masks/{n}.png": drawn for n in range(60)})
    put(tmp_path / "data", {"images/without-mask.png": png(draw(60, 60_000))})  # Does not count.

    found = ingest_pairs(tmp_path / "data", tmp_path / "out")

    assert {pixels.max() for pixels in pixels_by_name(found).values()} == {255}
    assert found.summary.warnings == {"bit_depth_undeclared": 60, "looks_like_others": 60}


def test_files_that_declare_their_depth_are_not_counted(tmp_path):
    declared = {f"{'ab'[n % 2]}/{n}.png": png(draw(n, 4095), significant=(12,)) for n in range(60)}

    found = ingest(put(tmp_path / "data", declared), tmp_path / "out")

    assert {pixels.max() for pixels in pixels_by_name(found).values()} == {255}
    assert "bit_depth_undeclared" not in found.summary.warnings
    assert found.summary.undeclared_bits == 0
