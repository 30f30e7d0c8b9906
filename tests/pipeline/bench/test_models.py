"""Pushed models are asked about files, and compared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.bench import models as bench
from tests.fakes import tiny
from tests.fakes.image_files import jpeg, put
from trainer import configs, models
from trainer.export import saved_model


@pytest.fixture
def version(tmp_path):
    statistics = tiny.statistics_of(tiny.MASKS)
    model = models.build(tiny.MASKS.model, statistics)
    saved_model.save(model, statistics, tiny.MASKS, str(tmp_path / "1"))
    return tmp_path / "1", model.count_params()


def test_a_model_is_measured(tmp_path, version):
    folder, parameters = version
    put(tmp_path / "images", {f"{n}.png": tiny.png(tiny.pixels(20 + n, 30)) for n in range(4)})

    found = bench.measure(folder, bench.find_images(tmp_path / "images"))

    assert (found.experiment, found.network) == (tiny.MASKS.name, "unet_small")
    assert found.parameters == parameters
    assert found.seconds > 0
    assert found.cpu_seconds > 0
    assert found.load_seconds > 0
    assert found.memory >= found.memory_before > 0
    assert len(found.cells) == len(bench.COLUMNS)


def test_an_experiment_is_measured_with_random_weights(tmp_path):
    folder = bench.export("flowers", ("model.widths=[4]",), tmp_path / "1")

    assert saved_model.read_labels(str(folder)) == list(configs.load("flowers").data.classes)
    assert saved_model.read_recipe(str(folder)).model.widths == (4,)


def test_images_are_found_at_any_depth_and_nothing_else(tmp_path):
    image = tiny.png(tiny.pixels(8, 8))
    put(tmp_path, {"a/1.jpeg": jpeg(), "b/c/2": image, "b/list.txt": b"a", "b/empty.png": b""})

    assert [path.name for path in bench.find_images(tmp_path)] == ["1.jpeg", "2"]


def test_a_folder_without_a_model_is_refused_by_its_name(tmp_path):
    put(tmp_path, {"images/1.png": tiny.png(tiny.pixels(20, 30))})

    done = subprocess.run(
        [sys.executable, "-m", "pipeline.bench.models", "nowhere", "--data", "images"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
