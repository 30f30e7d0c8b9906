"""A compiled pipeline as the API server takes it, or does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from kfp.kubernetes import kubernetes_executor_config_pb2 as kubernetes_pb2
from kfp.pipeline_spec import pipeline_spec_pb2

from pipeline.kubeflow import compiled
from pipeline.kubeflow.backend import EXECUTOR_KINDS, SCHEMA_VERSION, type_name
from pipeline.kubeflow.rehearsal import parameters
from pipeline.kubeflow.rehearsal.failures import Refused


@dataclass(frozen=True)
class Submission:
    """The two documents of the YAML, as messages."""

    spec: pipeline_spec_pb2.PipelineSpec
    executors: Mapping[str, pipeline_spec_pb2.PipelineDeploymentConfig.ExecutorSpec]
    kubernetes: Mapping[str, kubernetes_pb2.KubernetesExecutorConfig]

    @property
    def name(self) -> str:
        """The pipeline's name."""
        return self.spec.pipeline_info.name

    def component(self, task: pipeline_spec_pb2.PipelineTaskSpec) -> Message:
        """What the task runs."""
        return self.spec.components[task.component_ref.name]

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The run's parameters: those given, else the defaults. Raises Refused."""
        declared = self.spec.root.input_definitions.parameters
        unknown = sorted(set(given) - set(declared))
        if unknown:
            known = ", ".join(sorted(declared)) or "none"
            raise Refused(f"The pipeline has no parameter {unknown[0]!r}; it has {known}.")
        return {
            name: argument(name, spec, given)
            for name, spec in declared.items()
            if name in given or spec.HasField("default_value") or not spec.is_optional
        }


def argument(name: str, spec: Message, given: Mapping[str, Any]) -> Any:
    """One parameter of the run, of the type that the pipeline declares."""
    if name in given:
        if not parameters.is_of(given[name], spec.parameter_type):
            kind = type_name(spec.parameter_type)
            raise Refused(f"Parameter {name!r} is {given[name]!r}: the pipeline wants a {kind}.")
        return given[name]
    if not spec.HasField("default_value"):
        raise Refused(f"Parameter {name!r} has no default: give it a value for this run.")
    return json_format.MessageToDict(spec.default_value)


def read(path: Path) -> Submission:
    """Reads the YAML; raises Refused for what the backend does not take or cannot run."""
    try:
        submission = parse(compiled.load_documents(path.read_bytes()))
    except ValueError as error:
        raise Refused(f"{path}: {error}") from error
    for refusal in refusals(submission):
        raise Refused(f"{path}: {refusal}")
    return submission


def parse(documents: list[Any]) -> Submission:
    """The documents as messages. Raises ValueError."""
    if len(documents) not in (1, 2):
        raise ValueError(f"{len(documents)} documents: the backend reads one, or two")
    spec = compiled.parse(documents[0], pipeline_spec_pb2.PipelineSpec)
    if spec.schema_version != SCHEMA_VERSION:
        raise ValueError(f"schemaVersion is {spec.schema_version!r}, not {SCHEMA_VERSION!r}")
    deployment = compiled.parse(
        compiled.as_json(spec.deployment_spec), pipeline_spec_pb2.PipelineDeploymentConfig
    )
    platform = compiled.parse([*documents[1:], {}][0], pipeline_spec_pb2.PlatformSpec)
    pods = {
        label: compiled.parse(compiled.as_json(given), kubernetes_pb2.KubernetesExecutorConfig)
        for label, given in compiled.Package(spec, platform).given_pods.items()
    }
    return Submission(spec, deployment.executors, pods)


def refusals(submission: Submission) -> Iterator[str]:
    """What the backend does not take, or this rehearsal does not play."""
    for component in (submission.spec.root, *submission.spec.components.values()):
        for name, task in component.dag.tasks.items():
            yield from task_refusals(submission, name, task)
    for label, pod in submission.kubernetes.items():
        if pod.config_map_as_env:
            yield f"{label} takes variables from a config map: a rehearsal knows only secrets."


def task_refusals(submission: Submission, name: str, task: Message) -> Iterator[str]:
    """The same of one task."""
    reference = task.component_ref.name
    if reference not in submission.spec.components:
        yield f"task {name!r} runs the component {reference!r}, which is not there."
    elif label := submission.spec.components[reference].executor_label:
        kind = None
        if label in submission.executors:
            kind = submission.executors[label].WhichOneof("spec")
        if kind not in EXECUTOR_KINDS:
            yield f"task {name!r}: {kind or 'no'} executor is not implemented (label {label!r})."
    if task.trigger_policy.condition:
        yield f"task {name!r} has a trigger condition: a rehearsal cannot evaluate it. Drop `Cond`."
    if task.WhichOneof("iterator"):
        yield f"task {name!r} is a loop: a rehearsal does not play loops."
    if any(p.parameter_expression_selector for p in task.inputs.parameters.values()):
        yield f"task {name!r} selects a part of a parameter: a rehearsal does not."
