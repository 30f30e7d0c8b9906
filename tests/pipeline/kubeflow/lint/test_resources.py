"""Cores, memory and GPUs."""

from __future__ import annotations

import pytest
from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineDeploymentConfig

from pipeline.kubeflow.lint.resources import amount
from tests.fakes.linted import Pipeline

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

    assert pipeline.problem().startswith(f"Trainer: it requests {what} (")
    assert f"set {what}Limit as well" in pipeline.problem()


@pytest.mark.parametrize("what", ["cpu", "memory"])
def test_a_request_above_its_limit_is_refused(pipeline, resources, what):
    resources[f"{what}Request"] = 100.0

    assert pipeline.problem().startswith(f"Trainer: it requests more {what} (100")
    assert f"raise {what}Limit" in pipeline.problem()


def test_a_limit_without_a_request_is_taken(pipeline, resources):
    del resources["cpuRequest"]

    assert pipeline.problems() == []


@pytest.mark.skipif("resource_cpu_limit" not in RESOURCES.fields_by_name, reason="Newer kfp only.")
@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"resourceCpuRequest": "3000m"}, "requests more cpu (3000m) than its limit (2)"),
        ({"resourceMemoryLimit": "1Gi"}, "requests more memory (4G) than its limit (1Gi)"),
        ({"resourceMemoryLimit": "plenty"}, "'plenty' is no quantity of memory"),
    ],
)
def test_the_texts_of_newer_messages_go_before_the_numbers(pipeline, resources, texts, problem):
    resources.update(texts)

    assert pipeline.problem().startswith("Trainer: ")
    assert problem in pipeline.problem()


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", 0.5), ("2", 2.0), ("1.5G", 1.5e9), ("8Gi", 8 * 2**30), ("1e3", 1e3), ("1E", 1e18)],
)
def test_quantities_are_read_as_kubernetes_reads_them(text, value):
    assert amount(text) == value


@pytest.mark.parametrize("text", ["", "8GB", "-1", "one", "1 Gi"])
def test_what_is_no_quantity_is_none(text):
    assert amount(text) is None


@pytest.mark.parametrize(
    ("accelerator", "problem", "mend"),
    [
        ({"type": "nvidia.com/gpu"}, "with a count of 0", "accelerator.count to 1"),
        ({"type": "nvidia.com/gpu", "count": "0"}, "with a count of 0", "accelerator.count to 1"),
        ({"type": "nvidia.com/gpu", "count": "-1"}, "with a count of 0", "accelerator.count to 1"),
        ({"count": "2"}, "2 GPUs of no type", "such as nvidia.com/gpu"),
        ({"type": "NVIDIA_L4", "count": "1"}, "no resource of Kubernetes", "a node selector"),
    ],
)
def test_a_gpu_that_no_pod_would_get_is_refused(pipeline, resources, accelerator, problem, mend):
    resources["accelerator"] = accelerator

    assert pipeline.problem().startswith("Trainer: ")
    assert problem in pipeline.problem()
    assert mend in pipeline.problem()


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

    assert pipeline.problem().startswith("Pusher: it goes to GPU nodes (")
    assert "set accelerator.type and count" in pipeline.problem()


def test_a_step_that_keeps_off_gpu_nodes_is_taken(pipeline):
    term = {"key": "nvidia.com/gpu.present", "operator": "DoesNotExist"}
    pipeline.pod("Pusher")["nodeAffinity"] = [{"matchExpressions": [term]}]

    assert pipeline.problems() == []
