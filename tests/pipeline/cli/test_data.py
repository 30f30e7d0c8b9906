"""`fcn data`: a picture of batches, from a folder and from the last run."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.exit_codes import WRONG_USE
from tests.fakes import image_files
from tests.fakes.image_files import file_of, picture, put

SMALL = ["--set", "data.max_side=48", "--set", "augment.side=32", "--set", "train.batch_size=4"]


def run(*arguments) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["data", *map(str, arguments)])
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture(scope="module")
def flowers(tmp_path_factory):
    return image_files.class_folders(tmp_path_factory.mktemp("flowers"))


def test_the_batches_of_a_folder_are_drawn_and_counted(flowers, tmp_path):
    target = tmp_path / "new" / "sheet.png"

    code, output = run("images", "--data", flowers, "--picture", target, "--batches", 3, *SMALL)

    assert code == 0, output
    assert re.search(r"all \W+ 3 \W+ 12 \W+ 100\.0%", output)
    assert np.ptp(np.asarray(Image.open(target))) > 100
    assert [path.name for path in target.parent.iterdir()] == ["sheet.png"]


def test_masks_are_drawn_over_their_images(tmp_path):
    files = {}
    for n in range(40):
        mask = np.zeros((40, 48), np.uint8)
        mask[5 : 10 + n % 20, 10:30] = 1
        files[f"images/{n}.png"] = file_of(picture(n))
        files[f"masks/{n}.png"] = file_of(Image.fromarray(mask))
    folder = put(tmp_path / "pairs", files)
    values = [
        'data.classes=["ground", "thing"]',
        'data.mask.ground=["ground"]',
        "data.mask.values=[0, 1]",
    ]
    options = [part for value in values for part in ("--set", value)]

    code, output = run("masks", "--data", folder, "--picture", tmp_path / "a.png", *SMALL, *options)

    assert code == 0, output
    assert (tmp_path / "a.png").is_file()


def test_without_a_run_and_without_a_folder_the_fix_is_named(tmp_path):
    code, output = run("images", "--workdir", tmp_path / "none")

    assert code == WRONG_USE
    assert "--data" in output


def test_a_folder_that_cannot_be_ingested_is_refused(tmp_path):
    code, output = run("images", "--data", tmp_path / "none")

    assert code == WRONG_USE
    assert "none" in output


def test_an_unknown_source_is_refused_with_those_that_exist():
    code, output = run("images", "--data", "idx:cifar")

    assert code == WRONG_USE
    assert "fashion_mnist" in output
