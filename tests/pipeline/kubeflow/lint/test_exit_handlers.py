"""Exit handlers: whether they run, and the status that they get."""

from __future__ import annotations

import copy

import pytest

from tests.fakes.kubeflow.linted import Pipeline, made_by


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.fixture
def handler(pipeline):
    return pipeline.tasks["Notification"]


def test_the_status_of_an_unknown_task_is_refused(pipeline, handler):
    handler["inputs"]["parameters"]["status"]["taskFinalStatus"]["producerTask"] = "Trainer"

    assert pipeline.broken() == [("status-of-unknown-task", "Notification")]
    assert "'Trainer'" in pipeline.problem().message


def test_a_status_that_is_declared_a_number_is_refused(pipeline):
    number = {"parameterType": "NUMBER_INTEGER"}
    pipeline.component("Notification")["inputDefinitions"]["parameters"]["status"] = number

    assert pipeline.broken() == [("status-type", "Notification")]
    assert "'status'" in pipeline.problem().message


def test_a_handler_that_runs_only_after_success_is_refused(pipeline, handler):
    del handler["triggerPolicy"]

    assert pipeline.broken() == [("status-without-exit-handler", "Notification")]


def test_a_handler_that_waits_for_nothing_never_runs(pipeline, handler):
    handler["dependentTasks"] = []

    assert pipeline.broken() == [
        ("exit-handler-waits-for-nothing", "Notification"),
        ("status-of-other-task", "Notification"),
    ]


def test_a_task_that_waits_for_a_handler_is_refused(pipeline):
    pipeline.tasks["tfx-dag"]["dependentTasks"] = ["Notification"]

    assert ("waits-for-exit-handler", "tfx-dag") in pipeline.broken()


def test_a_dag_that_may_end_with_a_cached_task_stays_running(pipeline):
    trainer = pipeline.tasks["Trainer"]
    pipeline.tasks["Pusher"]["dependentTasks"] = ["BaselineModel"]
    pipeline.tasks["Pusher"]["inputs"]["artifacts"]["model"] = made_by("BaselineModel", "baseline")

    assert trainer["cachingOptions"] == {"enableCache": True}
    assert pipeline.broken() == [("status-stays-running", "Trainer")]


def test_a_dag_that_may_end_with_an_importer_stays_running(pipeline):
    pipeline.containers["BaselineModel_executor"] = {
        "importer": {"artifactUri": {"constant": "gs://bucket/model"}}
    }

    assert pipeline.broken() == [("status-stays-running", "BaselineModel")]


def test_a_cached_task_may_end_early(pipeline):
    assert pipeline.tasks["Trainer"]["cachingOptions"] == {"enableCache": True}
    assert pipeline.broken() == []


def test_a_dag_whose_status_nobody_reads_may_end_with_a_cached_task(pipeline):
    del pipeline.root["dag"]["tasks"]["Notification"]
    pipeline.tasks["Pusher"]["dependentTasks"] = ["BaselineModel"]
    pipeline.tasks["Pusher"]["inputs"]["artifacts"]["model"] = made_by("BaselineModel", "baseline")

    assert pipeline.broken() == []


def test_a_second_handler_of_one_task_is_refused(pipeline, handler):
    second = copy.deepcopy(handler)
    second["taskInfo"]["name"] = "Second"
    pipeline.root["dag"]["tasks"]["Second"] = second

    assert pipeline.broken() == [("second-exit-handler", "Second")]


def test_a_dag_of_exit_handlers_only_is_refused(pipeline):
    inner = pipeline.tasks["tfx-dag"]
    inner["triggerPolicy"] = {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}

    assert ("only-exit-handlers", "root") in pipeline.broken()
