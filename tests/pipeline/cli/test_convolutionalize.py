"""`fcn convolutionalize`: from file to file, and what it refuses."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.exit_codes import WRONG_USE
from tests.fakes.dense_models import SIDE, lenet


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "lenet.keras"
    lenet(padding="same").save(path)
    return path


def run(*arguments) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["convolutionalize", *map(str, arguments)])
    return result.exit_code, " ".join(result.output.split())


def test_the_written_file_takes_larger_images(source, tmp_path):
    target = tmp_path / "new" / "fcn.keras"

    code, output = run(source, target)

    pixels = np.full((1, 2 * SIDE, SIDE, 3), 9.0, "float32")
    assert code == 0
    assert keras.models.load_model(target)(pixels).shape == (1, 6, 1, 3)
    assert "4 x 4 pixels apart" in output
    assert "conv1, conv2" in output
    assert [path.name for path in target.parent.iterdir()] == ["fcn.keras"]


def test_a_saved_model_is_refused_because_it_has_no_layers(tmp_path):
    (tmp_path / "saved_model.pb").touch()

    code, output = run(tmp_path, tmp_path / "out.keras")

    assert code == WRONG_USE
    assert "SavedModel" in output


@pytest.mark.parametrize("name", ["missing.keras", "damaged.keras", "weights.h5"])
def test_a_file_without_a_model_is_named(tmp_path, name):
    if name != "missing.keras":
        (tmp_path / name).write_bytes(b"nothing")

    code, output = run(tmp_path / name, tmp_path / "out.keras")

    assert code == WRONG_USE
    assert name in output


def test_the_result_needs_the_name_of_a_keras_file(source, tmp_path):
    code, output = run(source, tmp_path / "out.h5")

    assert code == WRONG_USE
    assert "out.h5" in output


def test_a_layer_that_cannot_be_converted_is_named(tmp_path):
    image = keras.Input((8, 8, 3))
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(image)
    keras.Model(image, keras.layers.Dense(2)(pooled)).save(tmp_path / "pooled.keras")

    code, output = run(tmp_path / "pooled.keras", tmp_path / "out.keras")

    assert code == WRONG_USE
    assert "'pool'" in output
    assert not (tmp_path / "out.keras").exists()
