"""`fcn convolutionalize`: from file to file, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.exit_codes import WRONG_USE
from tests.fakes import classic, tiny
from tests.fakes.dense_models import SIDE, lenet
from trainer import models
from trainer.export import saved_model
from trainer.models.classic.channel_layers import DepthMaxPool, LocalResponseNormalization

KINDS = {kind.__name__: kind for kind in (DepthMaxPool, LocalResponseNormalization)}


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


def push(folder, experiment):
    """A version as `fcn run` pushes it; returns the network."""
    statistics = tiny.statistics_of(experiment)
    model = tiny.with_random_weights(models.build(experiment.model, statistics))
    saved_model.save(model, statistics, experiment, str(folder))
    return model


@pytest.mark.parametrize("name", classic.FIXED_SIZE)
def test_a_pushed_model_of_one_size_takes_larger_images(tmp_path, name):
    config = classic.FIXED_SIZE[name]
    pushed = push(tmp_path / "dense" / "7", replace(tiny.EXPERIMENT, model=config))
    target, side = tmp_path / "fcn.keras", config.side

    code, output = run(tmp_path / "dense" / "7", target)

    assert code == 0, output
    converted = keras.models.load_model(target, custom_objects=KINDS)
    pixels = tiny.pixels(side, side)[np.newaxis].astype("float32")
    expected = pushed({"image": pixels, "size": np.array([[side, side]])})
    np.testing.assert_allclose(converted(pixels)[:, 0, 0], expected, rtol=1e-3, atol=1e-3)
    assert converted(np.zeros((1, 2 * side, 3 * side, 3))).shape[2] > 1


def test_a_pushed_model_of_any_size_needs_no_conversion(tmp_path):
    push(tmp_path / "7", tiny.EXPERIMENT)

    code, output = run(tmp_path / "7", tmp_path / "out.keras")

    assert code == WRONG_USE
    assert "takes images of any size" in output


def test_a_model_without_a_version_is_refused_with_its_newest(tmp_path):
    (tmp_path / "dense" / "7").mkdir(parents=True)

    code, output = run(tmp_path / "dense", tmp_path / "out.keras")

    assert code == WRONG_USE
    assert "give a version" in output
    assert "dense/7" in output


def test_a_saved_model_of_others_is_refused_because_it_has_no_layers(tmp_path):
    (tmp_path / "saved_model.pb").touch()

    code, output = run(tmp_path, tmp_path / "out.keras")

    assert code == WRONG_USE
    assert "does not describe its layers" in output


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
