"""Simulates the driver: resolves a task's inputs and names its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from kfp.pipeline_spec.pipeline_spec_pb2 import ExecutorInput

from pipeline.kubeflow import backend
from pipeline.kubeflow.compiled import CompiledTask, ParameterSpec
from pipeline.kubeflow.messages import as_json
from pipeline.kubeflow.rehearsal import parameters
from pipeline.kubeflow.rehearsal.outcome import Artifact, DriverFailed, TaskOutputs
from pipeline.kubeflow.rehearsal.states import States
from pipeline.kubeflow.rehearsal.store import find_staged_path


@dataclass(frozen=True)
class RunNames:
    """The names of a run."""

    pipeline: str
    id: str
    resource: str  # The name of the workflow.

    def list_placeholders(self, task: str) -> dict[str, str]:
        """The value of each of the backend's placeholders in a task's parameters.

        A rehearsal gives the DAG around a task no ID: the run's ID replaces it.
        """
        return {
            backend.JOB_NAME: self.resource,
            backend.JOB_RESOURCE_NAME: self.resource,
            backend.JOB_UUID: self.id,
            backend.TASK_NAME: task,
            backend.TASK_UUID: self.id,
        }

    def build_prefix(self, root: str, task: str) -> str:
        """The start of the URIs of the task's outputs; a random ID follows it."""
        return f"{root.rstrip('/')}/{self.pipeline}/{self.id}/{task}"


@dataclass(frozen=True)
class TaskInputs:
    """The inputs of a task."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)


@dataclass
class Scope:
    """What the tasks of one DAG may read: its inputs, and the outputs of earlier tasks."""

    inputs: TaskInputs
    outputs: dict[str, TaskOutputs] = field(default_factory=dict)
    states: States = field(default_factory=States)
    stopped: bool = False  # A task failed: no further task is scheduled.


def resolve(task: CompiledTask, scope: Scope, names: RunNames) -> TaskInputs:
    """The task's inputs, of the types that its component declares. Raises DriverFailed."""
    given = {}
    for name, source in task.spec.inputs.parameters.items():
        value = resolve_parameter(name, source, task.name, scope, names)
        if value is not None:
            given[name] = value
    for name, spec in task.component.input_definitions.parameters.items():
        set_default(name, spec, given)
        if name in given:
            given[name] = parameters.convert(name, given[name], spec.parameter_type)
    artifacts = {
        name: resolve_artifact(name, source, scope)
        for name, source in task.spec.inputs.artifacts.items()
    }
    return TaskInputs(given, artifacts)


def set_default(name: str, spec: ParameterSpec, given: dict[str, Any]) -> None:
    """Adds the component's default to `given` if the task gives no value."""
    if name in given:
        return
    if spec.HasField("default_value"):
        given[name] = json_format.MessageToDict(spec.default_value)
    elif not spec.is_optional:
        raise DriverFailed(
            f"the input parameter {name!r} has no value: give it one in the task, or declare a "
            "default in the component"
        )


def resolve_parameter(name: str, source: Message, task: str, scope: Scope, names: RunNames) -> Any:
    """The value of one input parameter."""
    kind = source.WhichOneof("kind")
    if kind == "component_input_parameter":
        wanted = source.component_input_parameter
        if wanted not in scope.inputs.parameters:
            raise DriverFailed(
                f"the input parameter {name!r} reads {wanted!r}, which the DAG around the task "
                "does not have: pass it to that DAG"
            )
        return scope.inputs.parameters[wanted]
    if kind == "runtime_value" and source.runtime_value.WhichOneof("value") == "constant":
        return fill_constant(source, task, names)
    if kind == "task_output_parameter":
        return find_output(name, source.task_output_parameter, scope)
    if kind == "task_final_status":
        return build_status(source.task_final_status.producer_task, scope, names)
    raise DriverFailed(
        f"the input parameter {name!r} has the source {kind!r}, which the driver does not support: "
        "use a constant, an input of the DAG, or an output of another task"
    )


def fill_constant(source: Message, task: str, names: RunNames) -> Any:
    """A constant of the YAML; the driver's value if it is a placeholder."""
    value = as_json(source.runtime_value)["constant"]
    return names.list_placeholders(task).get(value, value) if isinstance(value, str) else value


def find_output(name: str, source: Message, scope: Scope) -> Any:
    """An earlier task's output parameter."""
    made = scope.outputs.get(source.producer_task, TaskOutputs()).parameters
    if source.output_parameter_key not in made:
        raise DriverFailed(
            f"the input parameter {name!r} reads {source.output_parameter_key!r} of the task "
            f"{source.producer_task!r}, which has no such output: correct outputParameterKey, or "
            "let that task write it"
        )
    return made[source.output_parameter_key]


def build_status(producer: str, scope: Scope, names: RunNames) -> dict[str, Any]:
    """The producer's final status; the backend never fills its error."""
    if producer not in scope.states.tasks:
        raise DriverFailed(
            f"it reads the final status of {producer!r}, which has not run: correct producerTask, "
            "or add it to dependentTasks"
        )
    return {
        "error": {},
        "pipelineJobResourceName": names.resource,
        "pipelineTaskName": producer,
        "state": scope.states.tasks[producer],
    }


def resolve_artifact(name: str, source: Message, scope: Scope) -> Artifact:
    """An input artifact: an earlier task's output, or an input of the DAG."""
    if source.WhichOneof("kind") == "component_input_artifact":
        found = scope.inputs.artifacts.get(source.component_input_artifact)
        flaw = (
            f"{source.component_input_artifact!r}, which the DAG around the task does not have: "
            "pass it to that DAG"
        )
    else:
        wanted = source.task_output_artifact
        made = scope.outputs.get(wanted.producer_task, TaskOutputs()).artifacts
        found = made.get(wanted.output_artifact_key)
        flaw = (
            f"{wanted.output_artifact_key!r} of the task {wanted.producer_task!r}, which has no "
            "such output: correct outputArtifactKey, or let that task write it"
        )
    if found is None:
        raise DriverFailed(f"the input artifact {name!r} reads {flaw}")
    return found


def build_executor_input(
    component: Message, inputs: TaskInputs, prefix: str, *, publish_logs: bool
) -> ExecutorInput:
    """The step's input: artifacts without a type, outputs with URIs below `prefix`, and logs."""
    message = ExecutorInput()
    json_format.ParseDict({"parameterValues": dict(inputs.parameters)}, message.inputs)
    for name, found in inputs.artifacts.items():
        added = message.inputs.artifacts[name].artifacts.add(name=str(found.id), uri=found.uri)
        added.type.instance_schema = ""
        added.metadata.update(dict(found.metadata))
    for key, declared in component.output_definitions.artifacts.items():
        output = add_output(message, key, prefix)
        output.type.CopyFrom(declared.artifact_type)
        output.metadata.update(as_json(declared.metadata))
    if publish_logs:
        add_output(message, backend.LOGS, prefix).type.schema_title = backend.LOGS_TYPE
    folder = find_staged_path(prefix, Path("/"))
    message.outputs.output_file = str(
        folder / backend.REPORT if folder else backend.REPORT_ELSEWHERE
    )
    for key in component.output_definitions.parameters:
        message.outputs.parameters[key].SetInParent()
    return message


def find_report(prefix: str) -> str:
    """The path on a pod's disk of the step's report: next to its outputs."""
    folder = find_staged_path(prefix, Path("/"))
    return str(folder / backend.REPORT) if folder else backend.REPORT_ELSEWHERE


def add_output(message: ExecutorInput, key: str, prefix: str) -> Message:
    """A new output artifact."""
    return message.outputs.artifacts[key].artifacts.add(name=key, uri=f"{prefix}/{key}")
