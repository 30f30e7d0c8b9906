"""The linter as a whole: good pipelines, all problems at once, YAML."""

from __future__ import annotations

from pipeline.kubeflow import lint
from tests.fakes.kubeflow.linted import Pipeline


def test_a_good_pipeline_has_no_problems():
    assert lint.find_problems_in_text(Pipeline().text()) == []


def test_all_problems_are_reported_at_once_and_each_only_once():
    pipeline = Pipeline()
    pipeline.container("Trainer")["command"] = []
    pipeline.container("Pusher")["image"] = "fcn"

    assert pipeline.broken() == [("image-not-pinned", "Pusher"), ("command-missing", "Trainer")]


def test_a_user_reads_the_place_what_is_wrong_what_to_do_and_the_rule():
    pipeline = Pipeline()
    pipeline.container("Pusher")["image"] = "fcn"

    assert str(pipeline.problem()) == (
        "Pusher: its image 'fcn' has no tag: a later run may get another one. Use a fixed tag, "
        "such as registry.example/fcn:1.2.0, or a digest (@sha256:...). [image-not-pinned]"
    )


def test_nothing_else_is_reported_of_a_text_that_is_not_a_pipeline():
    (problem,) = lint.find_problems_in_text("42")

    assert problem.rule == "unknown-document-field"
    assert problem.place == "first document (pipeline)"
