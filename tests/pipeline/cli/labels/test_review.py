"""`fcn review`: a list to decide about, and the command to go on with."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.labels import review
from pipeline.exit_codes import WRONG_USE


@pytest.mark.parametrize("name", ["nothing", "letter.json"])
def test_a_review_needs_a_list(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter.json").write_text("Dear all,")

    result = CliRunner().invoke(app, ["review", name])

    assert result.exit_code == WRONG_USE
    assert "fcn doubt" in result.output


@pytest.mark.parametrize(
    ("name", "folder", "expected"),
    [
        pytest.param("birds", "", "fcn run birds --corrections c.jsonl", id="in-its-file"),
        pytest.param("edited", "", "fcn run edited --data DIR --corrections c.jsonl", id="broken"),
        pytest.param(
            "flowers", "", "fcn run flowers --data DIR --corrections c.jsonl", id="unknown"
        ),
        pytest.param("flowers", "/f", "fcn run flowers --corrections c.jsonl", id="FCN_DATA"),
    ],
)
def test_the_printed_command_has_the_data_option_unless_the_folder_is_known(
    tmp_path, monkeypatch, name, folder, expected
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FCN_DATA", folder)
    (tmp_path / "birds.toml").write_text('base = "images"\nfolder = "/birds"\n')
    (tmp_path / "edited.toml").write_text("base = 3\n")

    assert review.build_run_command(name, "c.jsonl") == expected
