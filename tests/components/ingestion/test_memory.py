"""Ingestion of many large images: the memory stays within the budget and a constant."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.ImageFile import ImageFile

from components.ingestion import beam_pipeline, images
from components.ingestion.beam_pipeline import BATCH, BATCH_BYTES
from components.ingestion.examination import ExaminedFile
from tests.fakes import deep_images
from tests.fakes.image_files import file_of, jpeg, oriented, picture, png_16_bit_rgb

SIDE = 7_000  # 49 megapixels.
DEEP_SIDE = 3_800
BUDGET = 800_000_000  # Bytes: less than one turned image takes, and than two others.
CONSTANT = 500_000_000  # Bytes: what Python and its allocator keep between images.
SCRIPT = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
from components.ingestion import examination
from components.ingestion.image_folder import THREADS, ImageFile
from components.ingestion.images import Limits
from components.ingestion.options import IngestionOptions

folder, *names = sys.argv[1:]
options = IngestionOptions(folder, (8, 1, 1), Limits(1, 50_000_000), 1, 1.0)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with ThreadPoolExecutor(THREADS) as pool:
    files = [ImageFile(name, "a", None) for name in names]
    found = list(pool.map(lambda file: examination.examine(file, options), files))
assert [file.reason for file in found] == [""] * len(names), found
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) * 1024)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    scene = Image.fromarray(np.random.default_rng(0).integers(0, 256, (7, 7, 3), np.uint8))
    large = scene.resize((SIDE, SIDE), Image.Resampling.NEAREST)
    exif = Image.Exif()
    exif[0x0112] = 6
    (folder / "turned.jpg").write_bytes(file_of(large, "JPEG", exif=exif.tobytes()))
    (folder / "plain.jpg").write_bytes(file_of(large, "JPEG"))
    (folder / "plain.png").write_bytes(file_of(large, "PNG"))
    (folder / "deep.png").write_bytes(deep_images.png(np.zeros((DEEP_SIDE, DEEP_SIDE, 4), "u2")))
    return folder


@pytest.mark.parametrize(
    ("name", "files", "alone"),
    [
        ("plain.jpg", 12, 0),
        ("plain.png", 12, SIDE * SIDE * 24),  # Pillow decodes it to find its orientation.
        ("turned.jpg", 4, SIDE * SIDE * 24),
        ("deep.png", 8, 0),
    ],
)
def test_many_large_images_stay_within_the_budget(folder, name, files, alone):
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(folder), *[name] * files]
    env = os.environ | {"FCN_DECODE_BYTES": str(BUDGET), "PYTHONPATH": str(Path.cwd())}

    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < max(BUDGET, alone) + CONSTANT


@pytest.mark.parametrize(
    ("data", "each"),
    [
        pytest.param(jpeg(), images.PLAIN_BYTES, id="jpeg"),
        pytest.param(oriented(6), images.CONVERTED_BYTES, id="turned"),
        pytest.param(file_of(picture()), images.CONVERTED_BYTES, id="png"),
        pytest.param(png_16_bit_rgb(1, 2, 3), images.DEEP_BYTES, id="16-bits"),
        pytest.param(deep_images.tiff(deep_images.ramp()), images.DEEP_BYTES, id="tiff"),
    ],
)
def test_the_header_decides_how_many_bytes_are_reserved(data, each, monkeypatch):
    monkeypatch.setattr(ImageFile, "load", None)  # To decode would fail.
    with Image.open(io.BytesIO(data)) as image:
        assert images.count_bytes(image, data) == image.height * image.width * each


def test_records_in_memory_are_limited_by_number_and_by_bytes():
    lengths = [1] * (BATCH + 1) + [BATCH_BYTES - 1, 2 * BATCH_BYTES, 5, BATCH_BYTES]
    files = [ExaminedFile(str(n), "", "train", "", length=size) for n, size in enumerate(lengths)]

    batches = list(beam_pipeline.split_by_bytes(files))

    assert [file for batch in batches for file in batch] == files
    assert [len(batch) for batch in batches] == [BATCH, 2, 1, 1, 1]
