"""The metrics of pushed versions: read from their folders, listed and drawn."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from PIL import Image

from serving.rollout import evaluations, history_picture, tables
from serving.rollout.errors import RolloutRefused
from serving.rollout.evaluations import ASSET, Evaluation
from serving.rollout.records import Position


@pytest.fixture
def folder(tmp_path):
    for version, value in enumerate((0.5, 0.75, 0.875), start=1):
        path = tmp_path / str(version) / ASSET
        path.parent.mkdir(parents=True)
        found = Evaluation({"accuracy": value, "loss": 1.0}, {}, {"accuracy": 0.5})
        path.write_text(json.dumps(asdict(found)), encoding="utf-8")
    (tmp_path / "4").mkdir()
    return tmp_path


def test_the_newest_versions_are_read_in_their_order(folder):
    found = evaluations.read_evaluations(folder, 3)

    assert [(v, one.metrics.get("accuracy")) for v, one in found.items()] == [
        (2, 0.75),
        (3, 0.875),
        (4, None),
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"other": 1}'])
def test_a_damaged_evaluation_counts_as_none(folder, text):
    (folder / "1" / ASSET).write_text(text, encoding="utf-8")

    assert evaluations.read_evaluation(folder / "1") == Evaluation()


def test_the_metrics_of_the_gate_are_shown_and_without_a_gate_all(folder):
    found = evaluations.read_evaluations(folder, 9)

    assert evaluations.list_gate_metrics(found) == ["accuracy"]
    assert evaluations.list_gate_metrics({1: Evaluation({"b": 1.0, "a": 1.0})}) == ["a", "b"]


def test_the_picture_has_a_panel_for_each_metric_of_the_gate(folder):
    found = evaluations.read_evaluations(folder, 9)
    history_picture.write(folder / "history.png", found, Position(2, 3, 10))
    history_picture.write(folder / "history.svg", found, None)

    with Image.open(folder / "history.png") as picture:
        assert picture.size == (960, 312)
    assert "<svg" in (folder / "history.svg").read_text("utf-8")
    assert len([path for path in folder.iterdir() if path.is_file()]) == 2


def test_pictures_of_nothing_and_of_other_kinds_are_refused(folder):
    found = evaluations.read_evaluations(folder, 9)

    with pytest.raises(RolloutRefused, match="nothing to draw"):
        history_picture.write(folder / "a.png", {1: Evaluation()}, None)
    with pytest.raises(RolloutRefused, match=r"\.svg"):
        history_picture.write(folder / "a.jpg", found, None)


def test_a_limit_from_above_is_shown_with_its_sign():
    found = Evaluation({"calibration_error": 0.04}, at_most={"calibration_error": 0.1})

    assert evaluations.list_gate_metrics({1: found}) == ["calibration_error"]
    assert tables._describe_metric(found, "calibration_error") == "0.0400 (≤ 0.1)"
