"""A run on a disk that fills up: one sentence with the place, and what is done stays."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.local import metadata
from tests.e2e.flower_run import TINY
from tests.fakes.image_files import file_of, put

SIZE = 3_000_000  # Bytes of the disk.
ENOUGH = 300_000_000
LARGEST = 400_000  # Of a file: less than the trained model, more than all files before it.
LARGEST = 400_000  # Bytes: less than the trained model, more than all files before it.


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


@pytest.mark.timeout(1800)
def test_the_place_is_named_and_the_same_command_goes_on_when_there_is_room(tmp_path, small_disk):
    put(tmp_path / "data", {f"{n % 2}/{n}.png": noise(n) for n in range(79)})

    stopped = run(tmp_path, small_disk)
    finished = metadata.read_last_run(str(small_disk / "run"))
    resize = ["mount", "-o", f"remount,size={ENOUGH}", str(small_disk)]
    subprocess.run(resize, check=True)
    done = run(tmp_path, small_disk)

    assert (stopped.returncode, done.returncode) == (1, 0), stopped.stderr + done.stderr
    assert f"{small_disk}/run" in stopped.stderr
    assert "is full. Make room" in stopped.stderr
    assert "Traceback" not in stopped.stdout + stopped.stderr
    assert "CuratedSchema" in finished
    result = json.loads((tmp_path / "result.json").read_text())
    assert {"ImageExampleGen", "StatisticsGen"} <= set(result["cached"])
    assert [path.name for path in (tmp_path / "served" / "images-scratch").iterdir()] == [
        result["version"]
    ]


def test_a_limit_for_files_is_like_a_full_disk_and_needs_no_root(tmp_path):
    put(tmp_path, {f"data/{n % 2}/{n}.png": noise(n) for n in range(40)})

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, resource.RLIM_INFINITY))

    stopped = run(tmp_path, tmp_path, preexec_fn=limit)

    assert stopped.returncode == 1, stopped.stderr
    (line,) = [line for line in stopped.stderr.splitlines() if line.startswith("fcn:")]
    assert f"{tmp_path}/run/artifacts/Trainer" in line
    assert "Traceback" not in stopped.stdout + stopped.stderr


def run(folder, disk, **options):
    """`fcn run` with the work directory on the disk."""
    command = [sys.executable, "-m", "pipeline", "run", "images-scratch"]
    places = ["--workdir", disk / "run", "--push-root", "served", "--json", "result.json"]
    sets = [word for value in TINY for word in ("--set", value)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.run(
        [*command, "--data", "data", *places, *sets],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
