"""Tasks: what they run, what they wait for, and which ones must not be cached."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline, made_by


@pytest.fixture
def pipeline():
    return Pipeline()


def test_a_task_of_an_unknown_component_is_refused(pipeline):
    pipeline.tasks["BaselineModel"]["componentRef"]["name"] = "Baseline"

    assert pipeline.broken()[0] == ("unknown-component", "BaselineModel")
    assert "'Baseline'" in pipeline.problems()[0].message


def test_a_task_with_another_name_in_its_task_info_is_refused(pipeline):
    pipeline.tasks["Pusher"]["taskInfo"]["name"] = "pusher"

    assert pipeline.broken() == [("task-name-differs", "Pusher")]
    assert "'pusher'" in pipeline.problem().message


def test_waiting_for_an_unknown_task_is_refused(pipeline):
    pipeline.tasks["Pusher"]["dependentTasks"].append("Evaluator")

    assert pipeline.broken() == [("unknown-dependency", "Pusher")]
    assert "'Evaluator'" in pipeline.problem().message


def test_tasks_that_wait_for_one_another_are_named_in_order(pipeline):
    pipeline.tasks["ImageExampleGen"]["dependentTasks"] = ["Pusher"]

    assert pipeline.broken() == [("dependency-cycle", "tfx-dag")]
    assert "Pusher" in pipeline.problem().message


def test_a_task_that_takes_its_own_output_waits_for_itself(pipeline):
    pipeline.artifacts("Trainer")["examples"] = made_by("Trainer", "model")

    assert pipeline.broken() == [("dependency-cycle", "tfx-dag")]
    assert "Trainer -> Trainer" in pipeline.problem().message


def test_a_dag_that_contains_itself_is_refused(pipeline):
    inner = pipeline.component("tfx-dag")["dag"]["tasks"]
    inner["tfx-dag"] = pipeline.root["dag"]["tasks"]["tfx-dag"]

    assert pipeline.broken() == [("recursive-component", "tfx-dag")]


def test_iterating_over_artifacts_is_refused(pipeline):
    pipeline.tasks["Pusher"]["artifactIterator"] = {"itemInput": "model"}

    assert pipeline.broken() == [("artifact-iterator", "Pusher")]


@pytest.mark.parametrize("step", ["ImageExampleGen", "Pusher", "Notification", "BaselineModel"])
def test_a_step_whose_old_result_may_be_wrong_must_not_be_cached(pipeline, step):
    pipeline.tasks[step]["cachingOptions"] = {"enableCache": True}

    assert pipeline.broken() == [("cached-side-effect", step)]


def test_ingestion_is_recognized_by_its_parameters_whatever_its_id(pipeline):
    tasks = pipeline.component("tfx-dag")["dag"]["tasks"]
    tasks["Photos"] = {**tasks["ImageExampleGen"], "cachingOptions": {"enableCache": True}}
    tasks["Photos"]["taskInfo"] = {"name": "Photos"}

    assert pipeline.broken() == [("cached-side-effect", "Photos")]
