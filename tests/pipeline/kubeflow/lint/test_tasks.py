"""What tasks run, and what they wait for."""

from __future__ import annotations

import pytest

from tests.fakes.linted import Pipeline, made_by


@pytest.fixture
def pipeline():
    return Pipeline()


def test_a_task_without_its_component_is_refused(pipeline):
    pipeline.tasks["BaselineModel"]["componentRef"]["name"] = "Baseline"

    (missing, *_) = pipeline.problems()

    assert missing.startswith("BaselineModel: there is no component 'Baseline'")
    assert "add the component" in missing


def test_a_task_that_calls_itself_by_another_name_is_refused(pipeline):
    pipeline.tasks["Pusher"]["taskInfo"]["name"] = "pusher"

    assert pipeline.problem().startswith("Pusher: its taskInfo.name is 'pusher'")
    assert "write 'Pusher' there" in pipeline.problem()


def test_waiting_for_a_task_that_is_not_there_is_refused(pipeline):
    pipeline.tasks["Pusher"]["dependentTasks"].append("Evaluator")

    assert pipeline.problem().startswith("Pusher: it waits for a task 'Evaluator'")
    assert "take it out of dependentTasks" in pipeline.problem()


def test_tasks_that_wait_for_one_another_are_named_in_order(pipeline):
    pipeline.tasks["ImageExampleGen"]["dependentTasks"] = ["Pusher"]

    assert "these tasks wait for one another" in pipeline.problem()
    assert "ImageExampleGen" in pipeline.problem()
    assert "take one of the arrows out" in pipeline.problem()


def test_a_task_that_takes_its_own_output_waits_for_itself(pipeline):
    pipeline.artifacts("Trainer")["examples"] = made_by("Trainer", "model")

    assert pipeline.problem().startswith("Trainer -> Trainer: these tasks wait for one another")


def test_a_dag_that_holds_itself_is_refused(pipeline):
    inner = pipeline.component("tfx-dag")["dag"]["tasks"]
    inner["tfx-dag"] = pipeline.root["dag"]["tasks"]["tfx-dag"]

    assert pipeline.problem().startswith("tfx-dag: it runs tfx-dag, which it is a part of")
    assert "take it out of there" in pipeline.problem()


def test_iterating_over_artifacts_is_refused(pipeline):
    pipeline.tasks["Pusher"]["artifactIterator"] = {"itemInput": "model"}

    assert pipeline.problem().startswith("Pusher: the backend does not implement artifactIterator")
    assert "iterate over a parameter" in pipeline.problem()
