"""`fcn models`, as typed."""

from __future__ import annotations

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from pipeline.cli import models as command
from tests.fakes import tiny
from trainer import configs, models
from trainer.export import saved_model

APP = typer.Typer()
APP.command()(command.models)
SMALL = ("--set", "model.widths=[8, 8]")


def run(*words):
    return CliRunner(env={"COLUMNS": "200"}).invoke(APP, list(map(str, words)))


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "rose.png"
    path.write_bytes(tiny.png(tiny.pixels(40, 24)))
    return path


def test_without_options_it_prints_the_layers():
    done = run("flowers", *SMALL)

    assert done.exit_code == 0, done.output
    assert "stage1_block0_conv1" in done.stdout
    assert "MiB" not in done.stdout


def test_memory_is_printed_for_one_image_and_for_a_batch():
    done = run("flowers", *SMALL, "--memory")

    assert done.exit_code == 0, done.output
    assert "an image of 160 x 160 pixels" in done.stdout
    assert "32 images of 144 x 144 pixels" in done.stdout
    assert "1 x 160 x 160 x 3" in done.stdout
    assert "state of adamw" in done.stdout


def test_fast_shows_the_short_configuration():
    done = run("flowers", *SMALL, "--memory", "--fast")

    assert done.exit_code == 0, done.output
    assert "an image of 96 x 96 pixels" in done.stdout
    assert "16 images of 80 x 80 pixels" in done.stdout


@pytest.mark.parametrize("name", ["a.png", "a.SVG", "new/a.pdf"])
def test_a_picture_is_written_in_the_format_of_its_name(tmp_path, name):
    done = run("flowers", *SMALL, "--picture", tmp_path / name)

    start = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[name[-4:].lower()]
    assert done.exit_code == 0, done.output
    assert (tmp_path / name).read_bytes().startswith(start)


def test_feature_maps_of_missing_weights_are_refused_in_one_sentence(image, tmp_path):
    done = run("images", "--features", image, "--set", f"model.weights={tmp_path}/absent.pth")

    assert done.exit_code == 2
    assert "absent.pth does not exist" in done.stderr


def test_a_picture_of_another_format_is_refused(tmp_path):
    done = run("flowers", "--picture", tmp_path / "a.gif")

    assert done.exit_code == 2
    assert ".png, .svg, .pdf" in done.stderr
    assert not list(tmp_path.iterdir())


def test_feature_maps_are_those_of_the_newest_version(image, tmp_path):
    experiment = configs.load("flowers")
    statistics = tiny.STATISTICS
    model = models.build(tiny.EXPERIMENT.model, statistics)
    folder = tmp_path / "served" / "flowers" / "3"
    saved_model.save(model, statistics, experiment, str(folder))
    sheet = tmp_path / "sheet.png"

    done = run("flowers", "--features", image, "--sheet", sheet, "--push-root", tmp_path / "served")

    assert done.exit_code == 0, done.output
    assert str(folder) in done.stdout
    assert Image.open(sheet).format == "PNG"


def test_without_a_version_it_says_that_the_weights_are_untrained(image, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    done = run("flowers", *SMALL, "--features", image, "--push-root", tmp_path / "served")

    assert done.exit_code == 0, done.output
    assert "weights before training: random" in done.stdout
    assert (tmp_path / "rose.features.png").is_file()


def test_a_folder_without_a_model_is_refused(image, tmp_path):
    done = run("flowers", "--features", image, "--model", tmp_path)

    assert done.exit_code == 2
    assert str(tmp_path) in done.stderr


def test_a_file_that_is_no_image_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("roses are red")

    done = run("flowers", "--features", tmp_path / "notes.txt")

    assert done.exit_code == 2
    assert "notes.txt" in done.stderr
