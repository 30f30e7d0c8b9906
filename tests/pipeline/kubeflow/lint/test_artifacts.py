"""Artifacts: where each input comes from."""

from __future__ import annotations

import pytest

from tests.fakes.linted import Pipeline, made_by


@pytest.fixture
def pipeline():
    return Pipeline()


def test_an_artifact_of_a_task_that_is_not_there_is_refused(pipeline):
    pipeline.artifacts("Pusher")["model"] = made_by("Tuner", "model")

    assert pipeline.problem().startswith("Pusher: its artifact 'model' comes from the task 'Tuner'")
    assert "name one of" in pipeline.problem()
    assert "'Trainer'" in pipeline.problem()


def test_an_artifact_that_its_task_does_not_make_is_refused(pipeline):
    pipeline.artifacts("Pusher")["model"] = made_by("Trainer", "weights")

    assert pipeline.problem().startswith("Pusher: its artifact 'model' is 'weights' of Trainer")
    assert "name one of ['model']" in pipeline.problem()


def test_an_artifact_that_a_component_needs_and_nobody_gives_is_refused(pipeline):
    del pipeline.artifacts("Pusher")["model"]

    assert pipeline.problem().startswith("Pusher: nobody gives its artifact 'model'")
    assert "take it from the task that makes it" in pipeline.problem()


def test_an_optional_artifact_need_not_be_given(pipeline):
    del pipeline.artifacts("Pusher")["model"]
    declared = pipeline.component("Pusher")["inputDefinitions"]["artifacts"]
    declared["model"]["isOptional"] = True

    assert pipeline.problems() == []


def test_an_artifact_that_its_component_does_not_declare_is_refused(pipeline):
    pipeline.artifacts("Pusher")["baseline"] = made_by("BaselineModel", "baseline")

    assert pipeline.problem().startswith("Pusher: it is given the artifact 'baseline'")
    assert "add it to its inputDefinitions" in pipeline.problem()


def test_an_artifact_that_the_nested_tasks_are_not_given_is_refused(pipeline):
    pipeline.artifacts("Pusher")["model"] = {"componentInputArtifact": "model"}

    assert "reads 'model', which nobody gives to tfx-dag" in pipeline.problem()
    assert "inputDefinitions of tfx-dag" in pipeline.problem()


def test_an_artifact_without_source_is_refused(pipeline):
    pipeline.artifacts("Pusher")["model"] = {}

    assert "Pusher: its artifact 'model' has no source" in pipeline.problem()


def test_an_output_of_nested_tasks_that_none_of_them_makes_is_refused(pipeline):
    selector = {"producerSubtask": "Trainer", "outputArtifactKey": "weights"}
    outputs = {"artifacts": {"model": {"artifactSelectors": [selector]}}}
    pipeline.component("tfx-dag")["dag"]["outputs"] = outputs

    assert pipeline.problem().startswith("tfx-dag: its output 'model' is 'weights' of Trainer")
