"""The step LabelDoubts in the compiled graph, for experiments that want it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.kubeflow import compilation
from pipeline.kubeflow.cluster import DOUBTS, ClusterSettings, StepSettings
from tests.pipeline.kubeflow.test_compilation import pod_of, tasks_of
from trainer import configs
from trainer.doubt_config import DoubtConfig

CLUSTER = ClusterSettings(image="registry.example/fcn-pipeline:1.0")
JUDGES = {
    "heads": ("flowers", DoubtConfig(weights="none"), {"ImageExampleGen"}),
    "model": ("pets", DoubtConfig(), {"ImageExampleGen", "Trainer"}),
    "folds": ("pets", DoubtConfig(own_folds=3), {"ImageExampleGen", "Transform"}),
}


def compile_with(name, doubt, cluster=CLUSTER):
    return compilation.compile_graph(replace(configs.load(name), doubt=doubt), cluster)


@pytest.mark.parametrize("judge", JUDGES)
def test_the_step_gets_what_its_judge_needs(judge):
    name, doubt, needed = JUDGES[judge]
    pipeline = compile_with(name, doubt)  # Linted, too.

    artifacts = tasks_of(pipeline)[DOUBTS].inputs.artifacts.values()
    assert {each.task_output_artifact.producer_task for each in artifacts} == needed
    assert DOUBTS in pipeline.root.tasks["tfx-dag"].nested.tasks["Pusher"].predecessors


def test_folds_are_trained_on_the_trainers_node():
    trainer = StepSettings(cpu_limit=7.0, timeout_seconds=100)
    cluster = replace(CLUSTER, steps={**CLUSTER.steps, "Trainer": trainer})
    name, doubt, _ = JUDGES["folds"]

    pipeline = compile_with(name, doubt, cluster)

    executor = pipeline.executors[f"{DOUBTS}_executor"].container
    assert executor.resources.cpu_limit == pytest.approx(7.0)
    assert pod_of(pipeline, DOUBTS)["activeDeadlineSeconds"] == "300"


def test_settings_of_the_step_are_kept_for_experiments_without_it():
    cluster = replace(CLUSTER, steps={**CLUSTER.steps, DOUBTS: StepSettings(cpu_limit=1.0)})

    assert DOUBTS not in tasks_of(compile_with("flowers", None, cluster))
