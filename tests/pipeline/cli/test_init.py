"""`fcn init`: the file it writes for a tiny folder, and what it refuses."""

from __future__ import annotations

import json
import os

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.kubeflow import compiled
from tests.fakes.image_files import (
    XML,
    class_folders,
    file_of,
    jpeg,
    mask,
    plain_pairs,
    put,
)
from tests.fakes.images import idx_files
from trainer import config, configs, experiment_file

NARROW = ("--set", "model.width=0.0625", "--set", "model.weights=none")
IMAGE = "registry.example/fcn-pipeline:1.0"


def fcn(*words):
    return CliRunner(env={"COLUMNS": "200", "FCN_DATA": None}).invoke(
        app.app, list(map(str, words))
    )


def init(name, data, *words):
    """With enough time on any machine."""
    return fcn("init", name, "--data", data, "--minutes", "600", *words)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The user's working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def cats(tmp_path_factory):
    """The working directory after `fcn init cats`, and what was printed."""
    home, before = tmp_path_factory.mktemp("home"), os.getcwd()  # noqa: PTH109
    class_folders(home / "photos", classes=("cats", "dogs"))
    put(home / "photos", {"cats/broken.jpg": b"x"})
    os.chdir(home)
    done = init("cats", "photos", *NARROW)
    os.chdir(before)
    assert done.exit_code == 0, done.output
    return home, done.stdout


def test_the_file_fits_the_folder(cats):
    found = experiment_file.read(cats[0] / "cats.toml")

    experiment = found.experiment
    assert experiment.data.classes == ("cats", "dogs")
    assert (experiment.name, experiment.model.name) == ("cats", "lite0")
    assert (experiment.data.max_side, experiment.augment.side) == (48, 32)
    assert experiment.train.batch_size in (8, 16)  # By the number of training images.
    assert found.folder == str(cats[0] / "photos")


def test_the_counts_of_ingestion_and_the_choices_are_printed(cats):
    assert "81 files = 80 examples + 1 rejects" in cats[1]
    assert "train.batch_size = " in cats[1]
    assert "fcn run cats" in cats[1]


def test_only_the_file_and_the_runs_folder_are_left(cats):
    assert sorted(path.name for path in cats[0].iterdir()) == ["cats.toml", "photos", "runs"]
    assert (cats[0] / "runs/cats/artifacts/ImageExampleGen").is_dir()


def test_the_graph_for_kubeflow_carries_the_values_of_the_file(cats, monkeypatch):
    monkeypatch.chdir(cats[0])

    done = fcn("compile", "./cats.toml", "--image", IMAGE)

    assert done.exit_code == 0, done.output
    written = compiled.read((cats[0] / "cats.yaml").read_bytes())
    (cats[0] / "cats.yaml").unlink()
    (trainer,) = (task for task in written.list_tasks() if task.name == "Trainer")
    carried = json.loads(trainer.string_values["custom_config"])["experiment"]
    experiment = experiment_file.read(cats[0] / "cats.toml").experiment
    assert carried == config.recipe_to_json(experiment)


def test_images_with_masks_get_a_segmenter(home):
    plain_pairs(home / "roads", count=40)
    put(home, {f"roads/masks/{n}.png": file_of(mask(0, 255)) for n in range(40)})

    done = init("roads", "roads", "--from-scratch", "--set", "model.widths=[4, 6]")

    assert done.exit_code == 0, done.output
    experiment = experiment_file.read(home / "roads.toml").experiment
    assert experiment.model.name == "unet_small"
    assert experiment.data.classes == ("background", "object")
    assert experiment.data.mask.values == (0, 255)


def test_images_with_boxes_get_a_localizer(home):
    boxes = {f"{n}.xml": XML.replace("cat", ("car", "truck")[n % 2]).encode() for n in range(40)}
    put(home / "street/annotations/xmls", boxes)
    put(home / "street/images", {f"{n}.jpg": jpeg(n) for n in range(40)})

    done = init("street", "street", "--from-scratch", "--set", "model.widths=[4, 6]")

    assert done.exit_code == 0, done.output
    experiment = experiment_file.read(home / "street.toml").experiment
    assert (experiment.data.task, experiment.model.name) == ("boxes", "fcn_boxes")
    assert experiment.data.classes == ("car", "truck")
    assert [each.metric for each in experiment.gate] == ["mean_average_precision"]


def test_grey_images_in_16_bits_get_an_experiment_that_trains(home):
    class_folders(home / "photos", classes=("cats", "dogs"))
    values = ("data.channels=1", "train.precision=bfloat16", "model.widths=[4, 6]")

    done = init("grey", "photos", *(word for value in values for word in ("--set", value)))

    assert done.exit_code == 0, done.output  # It took some steps.
    experiment = experiment_file.read(home / "grey.toml").experiment
    assert (experiment.data.channels, experiment.train.precision) == (1, "bfloat16")
    assert (experiment.model.name, experiment.augment.saturation) == ("fcn", 0.0)


def test_the_files_of_mnist_get_an_experiment(home):
    idx_files.write(home / "digits", 90, stem="")

    values = ("--set", "model.widths=[4, 6]", "--set", "data.min_side=16")
    done = init("digits", "digits", "--from-scratch", *values)

    assert done.exit_code == 0, done.output
    assert experiment_file.read(home / "digits.toml").experiment.data.classes == ("0", "1", "2")


def test_an_unknown_source_is_refused_as_for_a_run(home):
    done = init("digits", "idx:emnist")

    assert done.exit_code == 2
    assert "--data idx:emnist: choose one of mnist" in done.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("images", "images is an experiment of ours", id="name-of-ours"),
        pytest.param("Cats", "The name 'Cats': use", id="name"),
        pytest.param("old", "old.toml exists", id="existing-file"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_before_anything_is_read(home, name, text):
    put(home, {"old.toml": b"mine"})

    done = fcn("init", name, "--data", "nowhere")

    assert done.exit_code == 2
    assert text in done.stderr
    assert (home / "old.toml").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("files", "words", "text"),
    [
        pytest.param({"a/1.jpg": b"x"}, [], "only one class, 'a'", id="layout"),
        pytest.param(
            {"a/1.jpg": b"x", "b/1.jpg": b"y"}, [], "2 of 2 files are rejects", id="rejects"
        ),
        pytest.param(
            {"a/1.jpg": b"x", "b/1.jpg": b"y"},
            ["--set", "train.epoch=1"],
            "Did you mean train.epochs",
            id="override",
        ),
    ],
)
def test_what_ingestion_refuses_is_refused_and_no_file_is_written(home, files, words, text):
    put(home / "data", files)

    done = fcn("init", "cats", "--data", "data", *words)

    assert done.exit_code == 2
    assert text in done.stderr
    assert not list(home.glob("*.toml*"))


def test_an_experiment_in_a_file_has_no_short_configuration(home):
    put(home, {"cats.toml": b'base = "images"\n'})

    done = fcn("run", "cats", "--data", "data", "--fast")

    assert done.exit_code == 2
    assert "--fast: cats.toml has no short configuration" in done.stderr


def test_missing_weights_are_refused_before_the_run_starts(home, monkeypatch):
    from trainer.models.backbones import lite0_weights

    monkeypatch.setattr(lite0_weights, "PACKAGE", "no_such_package")
    class_folders(home / "data", images=2)

    done = fcn("run", "images", "--data", "data")

    assert done.exit_code == 2
    assert "images-scratch in place of images" in done.stderr
    assert not (home / "runs").exists()


@pytest.mark.parametrize(
    ("value", "text"),
    [("weights=absent.pth", "absent.pth does not exist"), ("width=0.5", "width 1.0; use that")],
    ids=["a-missing-file", "a-width-that-imagenet-lacks"],
)
def test_weights_that_cannot_be_read_are_refused_before_the_run_starts(home, value, text):
    class_folders(home / "data", images=2)

    done = fcn("run", "images", "--data", "data", "--set", f"model.{value}")

    assert done.exit_code == 2
    assert text in done.stderr
    assert not (home / "runs").exists()


def test_without_the_weights_training_starts_from_scratch(monkeypatch):
    from pipeline.init.plan import choose_base
    from trainer.models.backbones import lite0_weights

    monkeypatch.setattr(lite0_weights, "PACKAGE", "no_such_package")

    assert choose_base("masks", False)[0] == "masks-scratch"
    assert choose_base("pets-transfer", True)[0] == "pets"
    assert set(configs.FROM_SCRATCH.values()) <= set(configs.EXPERIMENTS)


@pytest.mark.parametrize(
    ("named", "base"),
    [("fcn", "images-scratch"), ("mobilenet_v2", "images"), ("", "images")],
    ids=["without-weights", "with-weights", "none"],
)
def test_a_named_model_without_weights_starts_from_scratch(named, base):
    from pipeline.init.plan import choose_base

    assert choose_base("images", False, named=named)[0] == base
