"""`fcn imagenet`: a published classifier as a served model."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import tensorflow as tf
from typer.testing import CliRunner

from pipeline.cli import app
from trainer.models.backbones import lite0_weights

DAISIES = Path(__file__).parents[4] / "shared" / "data" / "flowers" / "daisy"
DAISY = 985  # Of ImageNet's classes.


@pytest.fixture
def names(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("".join(f"name {number}\n" for number in range(1000)))
    return path


def imagenet(*words):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app.app, ["imagenet", *map(str, words)])


@pytest.mark.skipif(not DAISIES.is_dir(), reason="the shared photographs are not here")
@pytest.mark.skipif(
    not importlib.util.find_spec(lite0_weights.PACKAGE), reason="run `make setup`: no weights"
)
def test_a_pushed_version_names_a_flower(tmp_path, names):
    done = imagenet("--class-names", names, "--push-root", tmp_path / "served")

    assert done.exit_code == 0, done.output
    (version,) = (tmp_path / "served" / "imagenet-lite0").iterdir()
    assert str(version) in done.output
    photograph = sorted(DAISIES.iterdir())[0].read_bytes()
    model = tf.saved_model.load(str(version))
    answer = model.signatures["serving_default"](tf.constant([photograph]))
    assert answer["label"].numpy() == [f"name {DAISY}".encode()]


@pytest.mark.parametrize("words", [["resnet"], ["lite0", "--weights", "missing.pth"]])
def test_what_cannot_be_exported_leaves_nothing(tmp_path, names, words):
    done = imagenet(*words, "--class-names", names, "--push-root", tmp_path / "served")

    assert done.exit_code == 2
    assert words[-1] in done.output
    assert not list((tmp_path / "served").rglob("*.pb"))
