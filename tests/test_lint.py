"""The linter as a whole: good pipelines, all problems at once, files."""

from __future__ import annotations

import pytest
from linted import Pipeline

from pipeline import lint


def test_a_good_pipeline_has_no_problems():
    assert Pipeline().problems() == []


def test_a_good_file_has_no_problems(tmp_path):
    path = tmp_path / "flowers.yaml"
    path.write_text(Pipeline().text(), "utf-8")

    assert lint.problems_in_file(path) == []


def test_all_problems_are_told_at_once_and_each_but_once():
    pipeline = Pipeline()
    pipeline.container("Trainer")["command"] = []
    pipeline.container("Pusher")["image"] = "fcn"

    found = pipeline.problems()

    assert len(found) == 2
    assert found[0].startswith("Pusher: its image 'fcn' has no tag")
    assert found[1].startswith("Trainer: it has no command")


def test_a_file_is_read_as_the_messages_that_were_written(tmp_path):
    path = tmp_path / "flowers.yaml"
    path.write_text(Pipeline().text(), "utf-8")

    spec, platform = lint.read(path)

    assert spec.pipeline_info.name == "flowers"
    assert "Pusher_executor" in platform.platforms["kubernetes"].deployment_spec.executors


def test_reading_a_file_that_the_backend_refuses_says_which_and_why(tmp_path):
    path = tmp_path / "flowers.yaml"
    path.write_text("{spam: 1}", "utf-8")

    with pytest.raises(ValueError, match=r"flowers\.yaml: .*unknown field 'spam'"):
        lint.read(path)


def test_of_what_is_no_pipeline_at_all_nothing_else_is_told():
    (sentence,) = lint.problems_in_text("42")

    assert sentence.startswith("In the first document, the pipeline: 42 is no mapping of fields")
