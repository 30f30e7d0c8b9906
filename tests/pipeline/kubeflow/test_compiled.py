"""Tasks, steps and values of a compiled pipeline."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline


@pytest.fixture
def package():
    return Pipeline().package()


def texts(package, name):
    (task,) = (task for task in package.tasks() if task.name == name)
    return task.texts


def test_nested_tasks_follow_those_of_the_root(package):
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


def test_a_given_value_overrides_the_default_of_the_component():
    pipeline = Pipeline()
    declared = pipeline.component("Pusher")["inputDefinitions"]["parameters"]
    declared["served_folder"]["defaultValue"] = "/elsewhere"

    assert texts(pipeline.package(), "Pusher") == {"served_folder": "/served/flowers"}


def test_a_value_from_another_task_is_unknown():
    pipeline = Pipeline()
    source = {"producerTask": "Trainer", "outputParameterKey": "folder"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert texts(pipeline.package(), "Pusher") == {}


def test_reading_does_not_change_the_documents(package):
    before = package.spec.SerializeToString(), package.platform.SerializeToString()

    list(package.steps())

    assert len(before[0]) == package.spec.ByteSize()
    assert len(before[1]) == package.platform.ByteSize()
