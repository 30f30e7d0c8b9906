"""The file of corrections: written whole, read back, and refused with the line that is wrong."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from components.errors import DataError
from components.ingestion.corrections import file
from components.ingestion.corrections.file import Correction

DIGEST = "0f" * 32
WRONG = Correction(DIGEST, "a/1\u2028é.jpg", "a", "wrong", "b")
KEPT = Correction("1f" * 32, "a/2.jpg", "a", "right")


def test_what_is_written_is_read_back(tmp_path):
    path = str(tmp_path / "corrections.jsonl")
    file.write(path, [WRONG, KEPT])

    assert file.read(path) == {DIGEST: WRONG, KEPT.sha256: KEPT}
    assert [each.name for each in tmp_path.iterdir()] == ["corrections.jsonl"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"sha256": "0f"}, id="short digest"),
        pytest.param({"decision": "maybe"}, id="unknown decision"),
        pytest.param({"label": ""}, id="wrong without a label"),
        pytest.param({"decision": "right"}, id="right with a label"),
        pytest.param({"path": 3}, id="a number"),
        pytest.param({"more": "x"}, id="unknown field"),
    ],
)
def test_a_line_that_is_not_a_decision_is_refused_with_its_number(tmp_path, changed):
    lines = [json.dumps(asdict(KEPT)), json.dumps(asdict(WRONG) | changed)]
    path = tmp_path / "corrections.jsonl"
    path.write_text("\n".join(lines))

    with pytest.raises(DataError, match="line 2") as caught:
        file.read(str(path))

    assert caught.value.reason == "corrections_unusable"


@pytest.mark.parametrize("text", [b"[]\n", b"no json\n", b"\xff\xfe\n"])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "corrections.jsonl"
    path.write_bytes(text)

    with pytest.raises(DataError):
        file.read(str(path))


def test_two_decisions_about_one_image_are_refused(tmp_path):
    file.write(str(tmp_path / "c"), [WRONG, WRONG])

    with pytest.raises(DataError, match="line 2"):
        file.read(str(tmp_path / "c"))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        file.read(str(tmp_path / "none"))
