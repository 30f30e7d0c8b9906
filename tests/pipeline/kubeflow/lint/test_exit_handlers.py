"""Exit handlers: whether they run, and what they are told."""

from __future__ import annotations

import copy

import pytest

from tests.fakes.linted import Pipeline


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.fixture
def handler(pipeline):
    return pipeline.tasks["Notification"]


def test_a_status_of_a_task_that_is_not_there_is_refused(pipeline, handler):
    handler["inputs"]["parameters"]["status"]["taskFinalStatus"]["producerTask"] = "Trainer"

    assert "status of the task 'Trainer', which root does not have" in pipeline.problem()
    assert "'tfx-dag'" in pipeline.problem()


def test_a_status_that_is_declared_a_number_is_refused(pipeline):
    number = {"parameterType": "NUMBER_INTEGER"}
    pipeline.component("Notification")["inputDefinitions"]["parameters"]["status"] = number

    assert pipeline.problem().startswith("Notification: its parameter 'status' is a task's status")
    assert "declare it STRING" in pipeline.problem()


def test_a_handler_that_runs_after_success_alone_is_refused(pipeline, handler):
    del handler["triggerPolicy"]

    assert pipeline.problem().startswith("Notification: it asks for the status of tfx-dag")
    assert "ALL_UPSTREAM_TASKS_COMPLETED" in pipeline.problem()


def test_a_handler_that_waits_for_nothing_never_runs(pipeline, handler):
    handler["dependentTasks"] = []

    never, status = pipeline.problems()
    assert never.startswith("Notification: an exit handler that waits for no task never runs")
    assert "put tfx-dag there" in status


def test_a_task_that_waits_for_a_handler_is_refused(pipeline):
    pipeline.tasks["tfx-dag"]["dependentTasks"] = ["Notification"]

    found = " ".join(pipeline.problems())
    assert "tfx-dag: it waits for Notification, an exit handler" in found
    assert "take it out of dependentTasks" in found


def test_a_second_handler_of_one_task_is_refused(pipeline, handler):
    second = copy.deepcopy(handler)
    second["taskInfo"]["name"] = "Second"
    pipeline.root["dag"]["tasks"]["Second"] = second

    assert pipeline.problem().startswith("Second: tfx-dag has the exit handler Notification")
    assert "put both into one component" in pipeline.problem()


def test_a_dag_of_nothing_but_handlers_is_refused(pipeline):
    inner = pipeline.tasks["tfx-dag"]
    inner["triggerPolicy"] = {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}

    assert any("root: all its tasks are exit handlers" in s for s in pipeline.problems())
