"""Decisions: written at once, kept from earlier reviews, and only those that fit the list."""

from __future__ import annotations

import pytest

from components.errors import DataError
from components.ingestion.corrections import file
from components.ingestion.corrections.file import Correction
from pipeline.review.decisions import UNDO, Decisions
from tests.components.doubt.doubts import LIST

FIRST, SECOND, _ = (doubt.sha256 for doubt in LIST.doubts)
EARLIER = Correction("f" * 64, "old.jpg", "b", "remove")


@pytest.fixture
def path(tmp_path):
    file.write(str(tmp_path / "c.jsonl"), [EARLIER])
    return tmp_path / "c.jsonl"


def test_each_decision_is_in_the_file_and_an_earlier_review_stays(path):
    Decisions(path, LIST).decide(FIRST, "wrong", "c")
    Decisions(path, LIST).decide(SECOND, "right", "")

    assert list(file.read(str(path)).values()) == [
        EARLIER,
        Correction(FIRST, "a/1.jpg", "a", "wrong", "c"),
        Correction(SECOND, LIST.doubts[1].path, "a", "right"),
    ]


def test_a_decision_can_be_changed_and_undone(path):
    decisions = Decisions(path, LIST)
    decisions.decide(FIRST, "remove", "")
    decisions.decide(FIRST, "right", "")
    changed = file.read(str(path))[FIRST].decision
    decisions.decide(FIRST, UNDO, "")

    assert changed == "right"
    assert file.read(str(path)) == {EARLIER.sha256: EARLIER} == decisions.made


@pytest.mark.parametrize(
    ("sha256", "decision", "label"),
    [
        pytest.param("0" * 64, "right", "", id="another image"),
        pytest.param(FIRST, "wrong", "a", id="the same label"),
        pytest.param(FIRST, "wrong", "z", id="no class"),
        pytest.param(FIRST, "right", "b", id="right with a label"),
        pytest.param(FIRST, "maybe", "", id="no decision"),
    ],
)
def test_what_does_not_fit_changes_nothing(path, sha256, decision, label):
    decisions = Decisions(path, LIST)

    with pytest.raises(ValueError, match=r"\S"):
        decisions.decide(sha256, decision, label)

    assert file.read(str(path)) == {EARLIER.sha256: EARLIER}


def test_a_file_of_another_kind_is_never_overwritten(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear all,\n")

    with pytest.raises(DataError):
        Decisions(tmp_path / "letter.txt", LIST)
