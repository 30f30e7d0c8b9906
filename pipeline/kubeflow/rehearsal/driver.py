"""Plays the driver: finds a task's inputs and names its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from kfp.pipeline_spec import pipeline_spec_pb2

from pipeline.kubeflow import backend
from pipeline.kubeflow.rehearsal import parameters
from pipeline.kubeflow.rehearsal.failures import DriverFailed
from pipeline.kubeflow.rehearsal.outcome import Artifact, Outputs

LOGS = "executor-logs"  # An output that the driver adds to every step.
LOGS_TYPE = "system.Artifact"


@dataclass(frozen=True)
class RunNames:
    """What a run is called."""

    pipeline: str
    id: str
    resource: str  # The name of the workflow.

    def placeholders(self, task: str) -> dict[str, str]:
        """What stands for each of the backend's placeholders in a task's parameters.

        A rehearsal has no number for the DAG around a task: the run's stands for it.
        """
        return {
            backend.JOB_NAME: self.resource,
            backend.JOB_RESOURCE_NAME: self.resource,
            backend.JOB_UUID: self.id,
            backend.TASK_NAME: task,
            backend.TASK_UUID: self.id,
        }

    def prefix(self, root: str, task: str) -> str:
        """Where the task's outputs go, but for what is drawn for each run of the task."""
        return f"{root.rstrip('/')}/{self.pipeline}/{self.id}/{task}"


@dataclass(frozen=True)
class Inputs:
    """What a task reads."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)


@dataclass
class Scope:
    """What the tasks of one DAG may read: its inputs, and what those before have made."""

    inputs: Inputs
    outputs: dict[str, Outputs] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)  # As the metadata store names them.
    stopped: bool = False  # A task failed: nothing new is scheduled.

    def end(self) -> str:
        """The state of the DAG's own execution."""
        if "FAILED" in self.ends.values():
            return "FAILED"
        return "RUNNING" if self.stopped else "COMPLETE"


def resolve(task: Message, component: Message, scope: Scope, names: RunNames) -> Inputs:
    """What the task reads, typed as its component declares it. Raises DriverFailed."""
    found = {}
    for name, source in task.inputs.parameters.items():
        value = parameter(name, source, task.task_info.name, scope, names)
        if value is not None:
            found[name] = value
    typed = {
        name: parameters.typed(name, found[name], spec.parameter_type)
        for name, spec in component.input_definitions.parameters.items()
        if name in with_default(name, spec, found)
    }
    artifacts = {
        name: artifact(name, source, scope) for name, source in task.inputs.artifacts.items()
    }
    return Inputs({**found, **typed}, artifacts)


def with_default(name: str, spec: Message, found: dict[str, Any]) -> dict[str, Any]:
    """`found` with the component's default, where the task gives no value."""
    if name not in found and spec.HasField("default_value"):
        found[name] = json_format.MessageToDict(spec.default_value)
    if name not in found and not spec.is_optional:
        raise DriverFailed(
            f"neither value nor default value provided for non-optional parameter {name!r}"
        )
    return found


def parameter(name: str, source: Message, task: str, scope: Scope, names: RunNames) -> Any:
    """The value from where the task has it."""
    kind = source.WhichOneof("kind")
    if kind == "component_input_parameter":
        wanted = source.component_input_parameter
        if wanted not in scope.inputs.parameters:
            raise DriverFailed(
                f"resolving input parameter {name!r}: parent DAG does not have input parameter "
                f"{wanted!r}; hand it down"
            )
        return scope.inputs.parameters[wanted]
    if kind == "runtime_value" and source.runtime_value.WhichOneof("value") == "constant":
        return constant(source, task, names)
    if kind == "task_output_parameter":
        return upstream(name, source.task_output_parameter, scope)
    if kind == "task_final_status":
        return final_status(source.task_final_status.producer_task, scope, names)
    raise DriverFailed(f"input parameter {name!r}: {kind} is not implemented")


def constant(source: Message, task: str, names: RunNames) -> Any:
    """A value of the YAML, or what the driver puts there if it is a placeholder."""
    value = json_format.MessageToDict(source.runtime_value)["constant"]
    return names.placeholders(task).get(value, value) if isinstance(value, str) else value


def upstream(name: str, source: Message, scope: Scope) -> Any:
    """An earlier task's output parameter."""
    made = scope.outputs.get(source.producer_task, Outputs()).parameters
    if source.output_parameter_key not in made:
        raise DriverFailed(
            f"input parameter {name!r}: task {source.producer_task!r} has no output parameter "
            f"{source.output_parameter_key!r}"
        )
    return made[source.output_parameter_key]


def final_status(producer: str, scope: Scope, names: RunNames) -> dict[str, Any]:
    """How the producer ended; the backend never fills the error."""
    if producer not in scope.ends:
        raise DriverFailed(f"producer task, {producer}, not in tasks")
    return {
        "error": {},
        "pipelineJobResourceName": names.resource,
        "pipelineTaskName": producer,
        "state": scope.ends[producer],
    }


def artifact(name: str, source: Message, scope: Scope) -> Artifact:
    """The artifact that an earlier task made, or that was handed to the DAG."""
    if source.WhichOneof("kind") == "component_input_artifact":
        found = scope.inputs.artifacts.get(source.component_input_artifact)
        place = f"parent DAG does not have input artifact {source.component_input_artifact!r}"
    else:
        wanted = source.task_output_artifact
        made = scope.outputs.get(wanted.producer_task, Outputs()).artifacts
        found = made.get(wanted.output_artifact_key)
        place = (
            f"cannot find output artifact key {wanted.output_artifact_key!r} in producer task "
            f"{wanted.producer_task!r}"
        )
    if found is None:
        raise DriverFailed(f"failed to resolve input artifact {name!r}: {place}")
    return found


def executor_input(component: Message, inputs: Inputs, prefix: str) -> Message:
    """What the step is told: input artifacts without a type, outputs below `prefix`, logs."""
    told = pipeline_spec_pb2.ExecutorInput()
    json_format.ParseDict({"parameterValues": dict(inputs.parameters)}, told.inputs)
    for name, found in inputs.artifacts.items():
        added = told.inputs.artifacts[name].artifacts.add(name=str(found.id), uri=found.uri)
        added.type.instance_schema = ""
        added.metadata.update(dict(found.metadata))
    for key, declared in component.output_definitions.artifacts.items():
        made = output(told, key, prefix)
        made.type.CopyFrom(declared.artifact_type)
        made.metadata.update(json_format.MessageToDict(declared.metadata))
    output(told, LOGS, prefix).type.schema_title = LOGS_TYPE
    for key in component.output_definitions.parameters:
        told.outputs.parameters[key].SetInParent()
    return told


def output(told: Message, key: str, prefix: str) -> Message:
    """A new output artifact."""
    return told.outputs.artifacts[key].artifacts.add(name=key, uri=f"{prefix}/{key}")
