"""The pipeline as a whole, components and executors."""

from __future__ import annotations

import pytest

from tests.fakes.linted import Pipeline


@pytest.fixture
def pipeline():
    return Pipeline()


def test_another_schema_is_refused(pipeline):
    pipeline.spec["schemaVersion"] = "2.0.0"

    assert "'2.0.0'" in pipeline.problem()
    assert "use_pipeline_spec_2_1=True" in pipeline.problem()


def test_a_name_that_kubernetes_refuses_is_refused(pipeline):
    pipeline.spec["pipelineInfo"]["name"] = "Tiny_A"

    assert "'Tiny_A'" in pipeline.problem()
    assert "such as 'tiny-a'" in pipeline.problem()


def test_a_root_for_artifacts_that_the_backend_ignores_is_refused(pipeline):
    pipeline.spec["defaultPipelineRoot"] = "s3://bucket/runs"

    assert pipeline.problem().startswith("The backend ignores defaultPipelineRoot")
    assert "give pipeline_root with each run" in pipeline.problem()


def test_a_pipeline_without_tasks_is_refused(pipeline):
    pipeline.root["dag"]["tasks"] = {}

    assert "The root has no tasks" in pipeline.problem()


def test_a_resolver_is_refused_with_what_to_take_instead(pipeline):
    pipeline.containers["BaselineModel_executor"] = {"resolver": {}}

    assert pipeline.problem().startswith("BaselineModel_executor: it is a Resolver")
    assert "Importer" in pipeline.problem()


def test_an_importer_is_taken(pipeline):
    uri = {"constant": "gs://bucket/model"}
    pipeline.containers["BaselineModel_executor"] = {"importer": {"artifactUri": uri}}

    assert pipeline.problems() == []


def test_an_executor_that_runs_nothing_is_refused(pipeline):
    pipeline.containers["Pusher_executor"] = {}

    assert pipeline.problem().startswith("Pusher_executor: it is neither a container")
    assert "give it a container with an image" in pipeline.problem()


def test_a_component_without_executor_is_refused(pipeline):
    del pipeline.component("Pusher")["executorLabel"]

    assert pipeline.problem().startswith("Pusher: it has no executor")
    assert "give it an executorLabel" in pipeline.problem()


def test_an_executor_that_is_not_there_is_refused_with_those_that_are(pipeline):
    pipeline.component("Pusher")["executorLabel"] = "Pushed_executor"

    assert pipeline.problem().startswith("Pusher: its executor 'Pushed_executor' is none")
    assert "'Pusher_executor'" in pipeline.problem()


def test_a_field_of_a_container_that_the_backend_drops_is_refused(pipeline):
    pipeline.container("Trainer")["ports"] = [8080]

    assert pipeline.problem().startswith("Trainer_executor: unknown field 'ports'")
    assert "drops such fields in silence" in pipeline.problem()


def test_a_field_of_another_type_is_a_sentence_and_no_traceback(pipeline):
    pipeline.container("Trainer")["resources"] = "all"

    assert any(sentence.startswith("Trainer_executor: ") for sentence in pipeline.problems())


def test_a_deployment_of_more_than_executors_is_refused(pipeline):
    pipeline.spec["deploymentSpec"]["config"] = {}

    assert pipeline.problem().startswith("deploymentSpec: unknown field 'config'")
    assert "take it out" in pipeline.problem()
