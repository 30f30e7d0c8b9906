"""The linter as a whole: good pipelines, all problems at once, YAML."""

from __future__ import annotations

from pipeline.kubeflow import lint
from tests.fakes.linted import Pipeline


def test_a_good_pipeline_has_no_problems():
    assert Pipeline().problems() == []


def test_good_yaml_has_no_problems():
    assert lint.problems_in_text(Pipeline().text()) == []


def test_all_problems_are_told_at_once_and_each_but_once():
    pipeline = Pipeline()
    pipeline.container("Trainer")["command"] = []
    pipeline.container("Pusher")["image"] = "fcn"

    found = pipeline.problems()

    assert len(found) == 2
    assert found[0].startswith("Pusher: its image 'fcn' has no tag")
    assert found[1].startswith("Trainer: it has no command")


def test_of_what_is_no_pipeline_at_all_nothing_else_is_told():
    (sentence,) = lint.problems_in_text("42")

    assert sentence.startswith("In the first document, the pipeline: 42 is not a mapping of fields")
