"""The file that is written: read again, it is the plan."""

from __future__ import annotations

import pytest

from pipeline.init import writing
from pipeline.init.choices import Choice, apply
from pipeline.init.plan import Plan
from tests.pipeline.init.test_sizes import summary_of
from trainer import configs, experiment_file

CHOICES = {
    "gate": Choice([{"metric": "mean_iou", "at_least": 0.5, "max_drop": 0.1}], "a reason"),
    "data.classes": Choice(["Grund", 'a "quoted" \\ name', "\N{DOG FACE} # é"], "rename them"),
    "data.mask.values": Choice([0, 1, 255]),
    "data.mask.ground": Choice([]),
    "train.epochs": Choice(7, "0.3 s each"),
    "train.learning_rate": Choice(1e-05),
    "model.mirrored": Choice(False),
}


def plan_of(choices) -> Plan:
    return Plan("masks", "2 images", summary_of(), choices)


def test_the_file_has_all_choices(tmp_path):
    path = tmp_path / "dogs.toml"

    written = writing.write(path, plan_of(CHOICES), "photos\N{DOG FACE}")

    expected = apply(configs.load("masks"), {"name": Choice("dogs"), **CHOICES})
    assert written.experiment == expected
    assert experiment_file.read(path) == (expected, str(tmp_path / "photos\N{DOG FACE}"))
    assert "epochs = 7  # 0.3 s each\n" in path.read_text("utf-8")


def test_an_older_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "dogs.toml"
    path.write_text("old")

    writing.write(path, plan_of(CHOICES), "photos")

    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text("utf-8").startswith(writing.HEADER)


def test_a_file_that_could_not_be_read_is_not_written(tmp_path):
    with pytest.raises(ValueError, match=r"train\.epochs=0"):
        writing.write(tmp_path / "dogs.toml", plan_of({"train.epochs": Choice(0)}), "")

    assert list(tmp_path.iterdir()) == []
