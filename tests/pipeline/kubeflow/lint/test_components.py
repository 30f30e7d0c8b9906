"""The pipeline as a whole, components and executors."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline


@pytest.fixture
def pipeline():
    return Pipeline()


def test_another_schema_version_is_refused(pipeline):
    pipeline.spec["schemaVersion"] = "2.0.0"

    assert pipeline.broken() == [("schema-version", "pipeline")]
    assert "'2.0.0'" in pipeline.problem().message


def test_a_name_that_kubernetes_refuses_is_refused(pipeline):
    pipeline.spec["pipelineInfo"]["name"] = "Tiny_A"

    assert pipeline.broken() == [("bad-pipeline-name", "pipeline")]
    assert "'Tiny_A'" in pipeline.problem().message


def test_a_pipeline_root_that_the_backend_ignores_is_refused(pipeline):
    pipeline.spec["defaultPipelineRoot"] = "s3://bucket/runs"

    assert pipeline.broken() == [("ignored-pipeline-root", "pipeline")]


def test_a_pipeline_without_tasks_is_refused(pipeline):
    pipeline.root["dag"]["tasks"] = {}

    assert pipeline.broken() == [("no-tasks", "root")]


def test_a_resolver_is_refused_with_its_replacement(pipeline):
    pipeline.containers["BaselineModel_executor"] = {"resolver": {}}

    assert pipeline.broken() == [("unsupported-executor", "BaselineModel_executor")]
    assert "Resolver" in pipeline.problem().message


def test_an_importer_is_accepted(pipeline):
    uri = {"constant": "gs://bucket/model"}
    pipeline.containers["BaselineModel_executor"] = {"importer": {"artifactUri": uri}}
    pipeline.tasks["Pusher"]["dependentTasks"].append("BaselineModel")

    assert pipeline.problems() == []


def test_an_executor_that_runs_nothing_is_refused(pipeline):
    pipeline.containers["Pusher_executor"] = {}

    assert pipeline.broken() == [("unsupported-executor", "Pusher_executor")]


def test_a_component_without_executor_is_refused(pipeline):
    del pipeline.component("Pusher")["executorLabel"]

    assert pipeline.broken() == [("component-without-executor", "Pusher")]


def test_an_unknown_executor_is_refused_with_the_existing_ones(pipeline):
    pipeline.component("Pusher")["executorLabel"] = "Pushed_executor"

    assert pipeline.broken() == [("unknown-executor", "Pusher")]
    assert "'Pushed_executor'" in pipeline.problem().message


def test_a_field_of_a_container_that_the_backend_drops_is_refused(pipeline):
    pipeline.container("Trainer")["ports"] = [8080]

    assert pipeline.broken() == [("unknown-executor-field", "Trainer_executor")]
    assert "'ports'" in pipeline.problem().message


def test_a_field_of_another_type_is_a_problem_and_not_a_traceback(pipeline):
    pipeline.container("Trainer")["resources"] = "all"

    assert ("unknown-executor-field", "Trainer_executor") in pipeline.broken()


def test_a_deployment_of_more_than_executors_is_refused(pipeline):
    pipeline.spec["deploymentSpec"]["config"] = {}

    assert pipeline.broken() == [("unknown-deployment-field", "deploymentSpec")]
    assert "'config'" in pipeline.problem().message
