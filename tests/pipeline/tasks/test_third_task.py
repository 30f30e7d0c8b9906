"""A third task needs one entry in each of the three registries and no other change."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import tensorflow as tf
from rich.console import Console
from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner as kubeflow

import components.tasks
import pipeline.tasks
import trainer.tasks
from pipeline.graph import create_pipeline
from pipeline.local import run, run_table
from tests.fakes import third_task, tiny, tiny_runs
from trainer.config import Threshold

PER_CLASS = 24
TASK_STEPS = ("BaselineModel", "ModelServable", "RunReport")
EXPERIMENT = replace(
    tiny.EXPERIMENT,
    data=replace(
        tiny.EXPERIMENT.data,
        task=third_task.NAME,
        classes=tiny.LABELS,
        split_ratios=(2, 1, 1),
        max_share_change=1.0,
    ),
    gate=(Threshold(metric="accuracy", at_least=0.0),),
)


@pytest.fixture(scope="module", autouse=True)
def registered():
    """Registers the task."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(trainer.tasks.TASKS, third_task.NAME, third_task.LabelScores())
        patch.setitem(components.tasks.TASKS, third_task.NAME, third_task.COMPONENTS)
        patch.setitem(pipeline.tasks.TASKS, third_task.NAME, third_task.PIPELINE)
        yield


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """The folders of a run on a few drawn images."""
    return tiny_runs.lay_out(tmp_path_factory.mktemp("third"), PER_CLASS)


@pytest.fixture(scope="module")
def result(settings):
    """The result of a run of the whole graph."""
    return run.run(EXPERIMENT, settings, Console(file=io.StringIO()))


@pytest.fixture(scope="module")
def served(result):
    """The answers of the version pushed."""
    model = tf.saved_model.load(result.pushed_to)
    images = [tiny.png(tiny.drawn(label, 99)) for label in tiny.LABELS]
    return model.signatures["serving_default"](tf.constant(images))


def test_the_registries_have_the_same_tasks():
    names = trainer.tasks.TASKS.keys()

    assert components.tasks.TASKS.keys() == pipeline.tasks.TASKS.keys() == names


def test_kubeflow_compiles_the_graph_of_a_third_task(settings, tmp_path):
    config = kubeflow.KubeflowV2DagRunnerConfig(
        default_image="registry.local/fcn:1", use_pipeline_spec_2_1=True
    )
    runner = kubeflow.KubeflowV2DagRunner(config, str(tmp_path), "graph.json")
    runner.run(create_pipeline(EXPERIMENT, settings))

    steps = json.loads((tmp_path / "graph.json").read_text())["pipelineSpec"]["root"]["dag"][
        "tasks"
    ]
    names = {s: steps[s]["inputs"]["parameters"]["task"] for s in TASK_STEPS}
    assert all(third_task.NAME in json.dumps(name) for name in names.values())


def test_the_local_graph_pushes_a_model_of_a_third_task(result):
    assert result.failures == ()
    assert result.blessed
    assert Path(result.pushed_to, "saved_model.pb").is_file()
    assert set(result.metrics) == {"accuracy"}


def test_the_version_pushed_answers_as_the_task_defines(served):
    scores = served["probabilities"].numpy()

    assert scores.shape == (2, len(tiny.LABELS))
    assert abs(scores.sum(axis=1) - 1).max() > 1e-4  # No softmax.


def test_the_result_is_shown_as_the_task_defines(result):
    console = Console(width=120, record=True, file=io.StringIO())
    run_table.show(result, console)

    assert "Scores of labels" in console.export_text()
    assert "Scores of labels" in Path(result.report).read_text()
