"""Artifacts: where each input comes from."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline, made_by


@pytest.fixture
def pipeline():
    return Pipeline()


def test_an_artifact_of_an_unknown_task_is_refused(pipeline):
    pipeline.artifacts("Pusher")["model"] = made_by("Tuner", "model")

    assert pipeline.broken() == [("artifact-unknown-output", "Pusher")]
    assert "'Tuner'" in pipeline.problem().message


def test_an_artifact_that_its_task_does_not_make_is_refused(pipeline):
    pipeline.artifacts("Pusher")["model"] = made_by("Trainer", "weights")

    assert pipeline.broken() == [("artifact-unknown-output", "Pusher")]
    assert "'weights'" in pipeline.problem().message


def test_a_missing_artifact_is_refused(pipeline):
    del pipeline.artifacts("Pusher")["model"]

    assert pipeline.broken() == [("artifact-missing", "Pusher")]
    assert "'model'" in pipeline.problem().message


def test_an_optional_artifact_need_not_be_given(pipeline):
    del pipeline.artifacts("Pusher")["model"]
    declared = pipeline.component("Pusher")["inputDefinitions"]["artifacts"]
    declared["model"]["isOptional"] = True

    assert pipeline.problems() == []


def test_an_artifact_that_its_component_does_not_declare_is_refused(pipeline):
    pipeline.artifacts("Pusher")["baseline"] = made_by("BaselineModel", "baseline")

    assert pipeline.broken() == [("artifact-undeclared", "Pusher")]
    assert "'baseline'" in pipeline.problem().message


def test_an_artifact_that_the_dag_does_not_have_is_refused(pipeline):
    pipeline.artifacts("Pusher")["model"] = {"componentInputArtifact": "model"}

    assert pipeline.broken() == [("artifact-not-in-parent", "Pusher")]
    assert "tfx-dag" in pipeline.problem().message


def test_an_artifact_without_source_is_refused(pipeline):
    pipeline.artifacts("Pusher")["model"] = {}

    assert pipeline.broken() == [("artifact-without-source", "Pusher")]


def test_an_output_of_nested_tasks_that_none_of_them_makes_is_refused(pipeline):
    selector = {"producerSubtask": "Trainer", "outputArtifactKey": "weights"}
    outputs = {"artifacts": {"model": {"artifactSelectors": [selector]}}}
    pipeline.component("tfx-dag")["dag"]["outputs"] = outputs

    assert pipeline.broken() == [("artifact-unknown-output", "tfx-dag")]
    assert "'weights'" in pipeline.problem().message
