"""What one pod is told to do."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf import json_format
from google.protobuf.message import Message
from kfp.kubernetes import kubernetes_executor_config_pb2 as kubernetes_pb2
from kfp.pipeline_spec import pipeline_spec_pb2


@dataclass(frozen=True)
class Step:
    """A container with its inputs resolved."""

    name: str
    component: pipeline_spec_pb2.ComponentSpec
    container: pipeline_spec_pb2.PipelineDeploymentConfig.PipelineContainerSpec
    kubernetes: kubernetes_pb2.KubernetesExecutorConfig
    executor_input: pipeline_spec_pb2.ExecutorInput


def constant(parameter: Message) -> str:
    """The value of an input that is written into the YAML; empty for any other."""
    return str(json_format.MessageToDict(parameter.runtime_value).get("constant", ""))
