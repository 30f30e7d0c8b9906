"""Cores, memory and GPUs."""

from __future__ import annotations

import pytest
from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineDeploymentConfig

from pipeline.kubeflow.lint.resources import parse_quantity
from tests.fakes.kubeflow.linted import Pipeline

RESOURCES = PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec.DESCRIPTOR


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.fixture
def resources(pipeline):
    return pipeline.container("Trainer")["resources"]


@pytest.mark.parametrize("what", ["cpu", "memory"])
def test_a_request_without_a_limit_is_refused(pipeline, resources, what):
    del resources[f"{what}Limit"]

    assert pipeline.broken() == [("request-without-limit", "Trainer")]
    assert f"{what}Limit" in pipeline.problem().message


@pytest.mark.parametrize("what", ["cpu", "memory"])
def test_a_request_above_its_limit_is_refused(pipeline, resources, what):
    resources[f"{what}Request"] = 100.0

    assert pipeline.broken() == [("request-above-limit", "Trainer")]
    assert f"{what}Limit" in pipeline.problem().message


def test_a_limit_without_a_request_is_accepted(pipeline, resources):
    del resources["cpuRequest"]

    assert pipeline.problems() == []


@pytest.mark.skipif("resource_cpu_limit" not in RESOURCES.fields_by_name, reason="Newer kfp only.")
@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        ({"resourceCpuRequest": "3000m"}, "request-above-limit"),
        ({"resourceMemoryLimit": "1Gi"}, "request-above-limit"),
        ({"resourceMemoryLimit": "plenty"}, "bad-quantity"),
    ],
)
def test_the_texts_of_newer_messages_override_the_numbers(pipeline, resources, texts, rule):
    resources.update(texts)

    assert pipeline.broken() == [(rule, "Trainer")]
    assert next(iter(texts.values())) in pipeline.problem().message


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", 0.5), ("2", 2.0), ("1.5G", 1.5e9), ("8Gi", 8 * 2**30), ("1e3", 1e3), ("1E", 1e18)],
)
def test_quantities_are_read_as_kubernetes_reads_them(text, value):
    assert parse_quantity(text) == value


@pytest.mark.parametrize(
    ("accelerator", "rule"),
    [
        ({"type": "nvidia.com/gpu"}, "gpu-count-zero"),
        ({"type": "nvidia.com/gpu", "count": "0"}, "gpu-count-zero"),
        ({"type": "nvidia.com/gpu", "count": "-1"}, "gpu-count-zero"),
        ({"count": "2"}, "gpu-without-type"),
        ({"type": "NVIDIA_L4", "count": "1"}, "bad-gpu-type"),
    ],
)
def test_a_gpu_that_no_pod_would_get_is_refused(pipeline, resources, accelerator, rule):
    resources["accelerator"] = accelerator

    assert pipeline.broken() == [(rule, "Trainer")]


@pytest.mark.parametrize(
    "placement",
    [
        pytest.param({"nodeSelector": {"labels": {"nvidia.com/gpu.product": "X"}}}, id="selector"),
        pytest.param({"tolerations": [{"key": "nvidia.com/gpu"}]}, id="toleration"),
        pytest.param(
            {
                "nodeAffinity": [
                    {"matchExpressions": [{"key": "amd.com/gpu", "operator": "Exists"}]}
                ]
            },
            id="affinity",
        ),
    ],
)
def test_a_step_on_gpu_nodes_without_a_gpu_is_refused(pipeline, placement):
    pipeline.pod("Pusher").update(placement)

    assert pipeline.broken() == [("gpu-node-without-gpu", "Pusher")]


def test_a_step_that_keeps_off_gpu_nodes_is_accepted(pipeline):
    term = {"key": "nvidia.com/gpu.present", "operator": "DoesNotExist"}
    pipeline.pod("Pusher")["nodeAffinity"] = [{"matchExpressions": [term]}]

    assert pipeline.problems() == []
