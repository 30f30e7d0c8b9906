"""`fcn run` as it is typed: what it refuses, and its exit codes."""

import contextlib
import errno
import sqlite3
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from pipeline.cli import app, run
from pipeline.local import metadata
from tests.fakes.image_files import put

ROOT = Path(__file__).parents[3]


def fcn(*words):
    return CliRunner().invoke(app.app, [str(word) for word in words])


@pytest.fixture
def places(tmp_path):
    (tmp_path / "data").mkdir()
    return ["--data", tmp_path / "data", "--workdir", tmp_path / "run", "--push-root", tmp_path]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        pytest.param(["flours"], "flowers, flowers-transfer, images", id="unknown-experiment"),
        pytest.param(["flowers", "--set", "train.epoch=5"], "train.epochs", id="unknown-value"),
        pytest.param(["flowers", "--set", "train.epochs=many"], "train.epochs", id="wrong-type"),
        pytest.param(["flowers", "--set", "epochs"], "NAME=VALUE", id="no-value"),
        pytest.param(["flowers", "--fats"], "--fats", id="unknown-option"),
        pytest.param(
            ["flowers", "--set", "data.schema=trees"], "flowers, images, masks, pets", id="schema"
        ),
        pytest.param(["flowers", "--set", "model.name=vit"], "model.name", id="model"),
        pytest.param(["flowers", "--set", "gate=[]"], "gate=[]", id="no-gate"),
        pytest.param(
            ["flowers", "--set", 'gate=[{"metric": "f1", "at_least": 0.5}]'],
            "top_2_accuracy",
            id="unknown-metric",
        ),
    ],
)
def test_wrong_use_is_refused_with_the_names_to_choose_from(places, words, text):
    done = fcn("run", *words, *places)

    assert done.exit_code == 2
    assert text in done.output


def test_a_missing_folder_is_named(tmp_path):
    missing = tmp_path / "nowhere"

    done = fcn("run", "flowers", "--data", missing, "--workdir", tmp_path / "run")

    assert done.exit_code == 2
    assert "nowhere" in done.output


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param([], "only one class, 'red'", id="as-it-is"),
        pytest.param(["--follow-links"], "2 of 2 files are rejects", id="with-links"),
    ],
)
def test_links_out_of_the_data_are_followed_on_request(places, tmp_path, words, found):
    put(tmp_path, {"data/red/1.jpg": b"1", "other/2.jpg": b"2"})
    (tmp_path / "data/green").symlink_to(tmp_path / "other")

    done = fcn("run", "images", *places, *words)

    assert done.exit_code == 2
    assert found in done.output


def test_missing_data_is_one_sentence_with_what_to_do(monkeypatch):
    monkeypatch.delenv("FCN_DATA", raising=False)

    done = fcn("run", "flowers")

    assert done.exit_code == 2
    assert done.stderr == "fcn: No folder of images: give --data, or set FCN_DATA.\n"


def test_an_unwritable_result_is_refused_before_the_run_starts(places, tmp_path):
    done = fcn("run", "flowers", *places, "--json", tmp_path)

    assert done.exit_code == 2
    assert "cannot be written" in done.output


def test_a_result_in_the_data_is_refused(places, tmp_path):
    put(tmp_path / "data", {"daisy/one.jpg": b"x", "roses/two.jpg": b"x"})

    done = fcn("run", "flowers", *places, "--json", tmp_path / "data" / "result.json")

    assert done.exit_code == 2
    assert "--json" in done.output
    assert not (tmp_path / "run").exists()


def test_an_unexpected_error_exits_with_1_and_names_the_log(places, tmp_path):
    (tmp_path / "run" / "metadata.sqlite").mkdir(parents=True)
    put(tmp_path / "data", {"daisy/one.jpg": b"x", "roses/two.jpg": b"x"})

    done = fcn("run", "flowers", *places)

    assert done.exit_code == 1
    assert "log.txt" in done.output
    assert "Traceback" in (tmp_path / "run" / "log.txt").read_text()


def test_a_locked_database_ends_the_run_with_one_sentence(places, tmp_path, monkeypatch):
    monkeypatch.setattr(metadata, "LOCK_SECONDS", 0.1)
    put(tmp_path / "data", {"daisy/one.jpg": b"x", "roses/two.jpg": b"x"})
    (tmp_path / "run").mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / "run" / "metadata.sqlite")) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute("BEGIN EXCLUSIVE")

        done = fcn("run", "flowers", *places)

    assert done.exit_code == 1
    assert f"{tmp_path}/run contains metadata.sqlite, which another program" in done.stderr
    assert "Traceback" not in done.output


def test_a_log_that_cannot_be_written_is_one_sentence(places, tmp_path, monkeypatch):
    put(tmp_path / "data", {"daisy/one.jpg": b"x", "roses/two.jpg": b"x"})
    refusal = PermissionError(errno.EACCES, "Permission denied", f"{tmp_path}/run/log.txt")
    monkeypatch.setattr(run, "log_to", Mock(side_effect=refusal))

    done = fcn("run", "flowers", *places)

    assert done.exit_code == 1
    assert f"{tmp_path}/run/log.txt cannot be read or written" in done.stderr


def test_a_folder_without_classes_is_refused_with_the_expected_layout(places):
    done = fcn("run", "flowers", *places)

    assert done.exit_code == 2
    assert "class folders" in done.output


def test_models_prints_layers_and_the_smallest_input():
    done = fcn("models", "flowers")

    assert done.exit_code == 0, done.output
    assert "logits" in done.output
    assert "mallest input" in done.output


def test_help_names_each_command():
    done = fcn("--help")

    for command in ("run", "models", "serve", "predict"):
        assert command in done.output


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["run", "flours"], 2)])
def test_nothing_is_printed_after_the_command_has_ended(words, code):
    program = """
import sys
from pipeline.cli import app

class Late:
    def __del__(self):
        raise TypeError("too late")

late = Late()
app.main()
"""
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == code
    assert done.stdout + done.stderr
    assert "too late" not in done.stderr
