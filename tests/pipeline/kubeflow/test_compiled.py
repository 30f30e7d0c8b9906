"""The compiled pipeline as the rooms of the linter read it."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline


@pytest.fixture
def package():
    return Pipeline().package()


def texts(package, name):
    (task,) = (task for task in package.tasks() if task.name == name)
    return task.texts


def test_nested_tasks_are_read_where_they_stand(package):
    assert [dag.name for dag in package.dags()] == ["root", "tfx-dag"]
    assert [step.name for step in package.steps()] == [
        "Notification",
        "BaselineModel",
        "ImageExampleGen",
        "Pusher",
        "Trainer",
    ]


def test_a_step_comes_with_its_container_and_its_pod(package):
    (trainer,) = (step for step in package.steps() if step.name == "Trainer")

    assert trainer.container.resources.accelerator.count == 1
    assert trainer.pod.active_deadline_seconds == 3600


def test_a_default_of_the_run_reaches_the_nested_tasks(package):
    assert texts(package, "ImageExampleGen") == {"input_base": "/data/flowers"}


def test_what_a_task_is_given_goes_before_its_components_default():
    pipeline = Pipeline()
    declared = pipeline.component("Pusher")["inputDefinitions"]["parameters"]
    declared["served_folder"]["defaultValue"] = "/elsewhere"

    assert texts(pipeline.package(), "Pusher") == {"served_folder": "/served/flowers"}


def test_what_only_a_run_can_tell_is_not_known():
    pipeline = Pipeline()
    source = {"producerTask": "Trainer", "outputParameterKey": "folder"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert texts(pipeline.package(), "Pusher") == {}


def test_reading_leaves_the_documents_as_they_are(package):
    before = package.spec.SerializeToString(), package.platform.SerializeToString()

    list(package.steps())

    assert len(before[0]) == package.spec.ByteSize()
    assert len(before[1]) == package.platform.ByteSize()
