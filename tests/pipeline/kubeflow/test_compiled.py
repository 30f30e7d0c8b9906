"""Tasks, steps and values of a compiled pipeline."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline


@pytest.fixture
def pipeline():
    return Pipeline().read()


def string_values(pipeline, name):
    (task,) = (task for task in pipeline.list_tasks() if task.name == name)
    return task.string_values


def test_nested_tasks_follow_those_of_the_root(pipeline):
    assert [dag.name for dag in pipeline.walk_dags()] == ["root", "tfx-dag"]
    assert [step.name for step in pipeline.list_steps()] == [
        "Notification",
        "BaselineModel",
        "ImageExampleGen",
        "Pusher",
        "Trainer",
    ]


def test_a_step_comes_with_its_container_and_its_pod(pipeline):
    (trainer,) = (step for step in pipeline.list_steps() if step.name == "Trainer")

    assert trainer.container.resources.accelerator.count == 1
    assert trainer.pod.active_deadline_seconds == 3600


def test_a_default_of_the_run_reaches_the_nested_tasks(pipeline):
    assert string_values(pipeline, "ImageExampleGen") == {"input_base": "/data/flowers"}


def test_a_given_value_overrides_the_default_of_the_component():
    pipeline = Pipeline()
    declared = pipeline.component("Pusher")["inputDefinitions"]["parameters"]
    declared["served_folder"]["defaultValue"] = "/elsewhere"

    assert string_values(pipeline.read(), "Pusher") == {"served_folder": "/served/flowers"}


def test_a_value_from_another_task_is_unknown():
    pipeline = Pipeline()
    source = {"producerTask": "Trainer", "outputParameterKey": "folder"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert string_values(pipeline.read(), "Pusher") == {}


def test_reading_does_not_change_the_documents(pipeline):
    before = pipeline.spec.SerializeToString(), pipeline.platform.SerializeToString()

    list(pipeline.list_steps())

    assert len(before[0]) == pipeline.spec.ByteSize()
    assert len(before[1]) == pipeline.platform.ByteSize()
