"""Each Beam component of a compiled pipeline gets the engine's arguments."""

from __future__ import annotations

import pytest

from pipeline.beam import Beam
from pipeline.kubeflow import compilation
from pipeline.kubeflow.cluster import ClusterSettings
from trainer import configs

ON_BEAM = {"ImageExampleGen", "StatisticsGen", "Transform", "Evaluator"}
FLINK = Beam(
    runner="flink", parallelism=4, job_endpoint="fcn-beam-job-server:8099", shared="/shared"
)


@pytest.fixture(scope="module")
def args():
    """The arguments of each step's container, by its name."""
    cluster = ClusterSettings(image="registry.example/fcn-pipeline:1.0", beam=FLINK)
    pipeline = compilation.compile_graph(configs.load("flowers"), cluster)
    return {step.name: step.container.args for step in pipeline.list_steps()}


def test_each_beam_step_gets_the_engines_arguments(args):
    reached = {name for name, given in args.items() if set(FLINK.kubeflow_args) <= set(given)}

    assert reached >= ON_BEAM
