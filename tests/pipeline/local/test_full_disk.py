"""A run on a disk that fills up: one sentence with the place, and what is done stays."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.local import metadata
from tests.e2e.flower_run import TINY
from tests.fakes.image_files import file_of, put

SIZE = 3_000_000
LARGEST = 400_000  # Bytes: less than the trained model, more than all files before it.
# A limit for files is like a full disk, but not only for root.
TWICE = """
import json, resource, sys
from typer.testing import CliRunner
from pipeline.cli.app import app

for most in (int(sys.argv[1]), resource.RLIM_INFINITY):
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    done = CliRunner().invoke(app, ["run", "images-scratch", *sys.argv[2:]])
    print("=", json.dumps([done.exit_code, done.output]), flush=True)
"""


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
    command = [sys.executable, "-m", "pipeline", "run", "images-scratch", "--fast"]
    places = ["--data", tmp_path / "data", "--push-root", tmp_path / "served"]

    run = [*command, *places, "--workdir", small_disk / "run"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stderr
    assert f"{small_disk}/run" in done.stderr
    assert "is full. Make room" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "CuratedSchema" in metadata.read_last_run(str(small_disk / "run"))


@pytest.mark.timeout(1800)
def test_the_same_command_goes_on_when_there_is_room(tmp_path):
    put(tmp_path, {f"data/{n % 2}/{n}.png": noise(n) for n in range(40)})

    (stopped, refusal), (done, output) = run_twice(tmp_path)

    assert (stopped, done) == (1, 0), refusal + output
    (line,) = [line for line in refusal.splitlines() if line.startswith("fcn:")]
    assert f"{tmp_path}/run/artifacts/Trainer" in line
    assert "Traceback" not in refusal
    result = json.loads((tmp_path / "result.json").read_text())
    assert {"ImageExampleGen", "StatisticsGen", "Transform"} <= set(result["cached"])
    assert [path.name for path in (tmp_path / "served" / "images-scratch").iterdir()] == [
        result["version"]
    ]


def run_twice(folder):
    """The exit code and output of the runs: first with a limit for files, then without."""
    sets = [word for value in TINY for word in ("--set", value)]
    places = ["--workdir", "run", "--push-root", "served", "--json", "result.json"]
    done = subprocess.run(
        [sys.executable, "-c", TWICE, str(LARGEST), "--data", "data", *places, *sets],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    return [json.loads(line[2:]) for line in done.stdout.splitlines() if line.startswith("= ")]
