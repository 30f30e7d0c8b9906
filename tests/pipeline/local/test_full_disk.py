"""A run on a disk that fills up: one sentence with the place, and what is done stays."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from pipeline.local import metadata
from tests.fakes.image_files import file_of, put

SIZE = 3_000_000


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("Only root can mount, and not in every container.")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def noise(seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (100, 100, 3), np.uint8)
    return file_of(Image.fromarray(pixels))


def test_the_place_is_named_and_the_finished_step_stays(tmp_path, small_disk):
    put(tmp_path / "data", {f"{n % 2}/{n}.png": noise(n) for n in range(79)})
    command = [sys.executable, "-m", "pipeline", "run", "images", "--fast"]
    places = ["--data", tmp_path / "data", "--push-root", tmp_path / "served"]

    run = [*command, *places, "--workdir", small_disk / "run"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stderr
    assert f"{small_disk}/run" in done.stderr
    assert "is full. Make room" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "CuratedSchema" in metadata.read_last_run(str(small_disk / "run"))
