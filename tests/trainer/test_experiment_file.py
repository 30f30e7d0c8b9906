"""Experiments in files: what they contain, where they are found, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from trainer import configs, experiment_file
from trainer.config import Threshold
from trainer.model_config import ClassifierConfig

IMAGES = configs.load("images")


def write(folder: Path, text: str, name: str = "cats.toml") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_values_replace_those_of_the_base(tmp_path):
    path = write(tmp_path, 'base = "images"\n[train]\nepochs = 3\nlearning_rate = 2e-3\n')

    found = experiment_file.read(path).experiment

    train = replace(IMAGES.train, epochs=3, learning_rate=2e-3)
    assert found == replace(IMAGES, name="cats", train=train)


def test_a_table_for_each_threshold_makes_the_gate(tmp_path):
    path = write(tmp_path, 'base = "images"\n[[gate]]\nmetric = "accuracy"\nat_least = 0.3\n')

    gate = experiment_file.read(path).experiment.gate

    assert gate == (Threshold(metric="accuracy", at_least=0.3),)


def test_another_model_comes_with_its_own_values_wherever_its_name_is(tmp_path):
    path = write(tmp_path, 'base = "images-scratch"\n[model]\nwidths = [4, 4]\nname = "fcn"\n')

    model = experiment_file.read(path).experiment.model

    assert model == replace(configs.load("images-scratch").model, widths=(4, 4))
    assert isinstance(model, ClassifierConfig)


def test_values_of_masks_are_in_a_table_of_a_table(tmp_path):
    path = write(tmp_path, 'base = "masks"\n[data.mask]\nignored = 7\nsuffix = "_m"\n')

    mask = experiment_file.read(path).experiment.data.mask

    assert (mask.ignored, mask.suffix, mask.values) == (7, "_m", (0, 255))


def test_the_file_names_the_experiment_unless_it_has_a_name(tmp_path):
    path = write(tmp_path, 'base = "images"\nname = "dogs"\n')

    assert experiment_file.read(path).experiment.name == "dogs"


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        pytest.param("pictures", "{home}/pictures", id="relative-to-the-file"),
        pytest.param("/data/pictures", "/data/pictures", id="absolute"),
        pytest.param("gs://bucket/pictures", "gs://bucket/pictures", id="bucket"),
        pytest.param("", "", id="none"),
    ],
)
def test_the_file_may_name_the_folder_of_images(tmp_path, folder, found):
    path = write(tmp_path, f'base = "images"\nfolder = "{folder}"\n')

    assert experiment_file.read(path).folder == found.format(home=tmp_path)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param('base = "images"\nepochs = \n', "line 2, column 10", id="not-toml"),
        pytest.param("[train]\nepochs = 3\n", 'base="": .*flowers, flowers-transfer', id="no-base"),
        pytest.param('base = "imges"\n', "'imges'.*flowers, flowers-transfer", id="unknown-base"),
        pytest.param("base = 3\n", "base=3: ", id="base-of-another-type"),
        pytest.param(
            'base = "images"\n[train]\nepocs = 3\n', "Did you mean train.epochs", id="typo"
        ),
        pytest.param('base = "images"\n[train]\nepochs = "3"\n', 'train.epochs="3": ', id="type"),
        pytest.param('base = "images"\n[train]\nepochs = 0\n', "train.epochs=0: ", id="range"),
        pytest.param('base = "images"\nname = "Cats"\n', 'name="Cats": use', id="name"),
        pytest.param('base = "images"\ntrain = 3\n', "no value 'train'", id="no-table"),
        pytest.param(
            'base = "images"\n[train]\nepochs = 2026-01-01\n', 'epochs="2026-01-01": ', id="date"
        ),
        pytest.param('base = "images"\n[data.mask]\nignored = 1\n', "data.mask", id="other-task"),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_value_and_place(tmp_path, text, named):
    path = write(tmp_path, text)

    with pytest.raises(ValueError, match=rf"(?s)^{path}: .*{named}"):
        experiment_file.read(path)


def test_a_missing_file_is_refused_by_its_name(tmp_path):
    with pytest.raises(ValueError, match=r"cats\.toml cannot be read: No such file"):
        experiment_file.read(tmp_path / "cats.toml")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("cats", True, id="name"),
        pytest.param("cats.toml", True, id="path"),
        pytest.param("./nowhere/dogs.toml", True, id="missing-path"),
        pytest.param("dogs", False, id="missing-name"),
        pytest.param("images", False, id="our-own-first"),
        pytest.param("./images.toml", True, id="path-of-a-name-of-ours"),
    ],
)
def test_a_name_is_that_of_a_file_in_the_current_folder(tmp_path, monkeypatch, name, found):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, 'base = "images"\n')
    write(tmp_path, 'base = "images"\n', "images.toml")

    assert experiment_file.is_file(name) == found
