"""Checks a compiled pipeline and a run's parameters as the API server does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from pipeline.kubeflow import compiled
from pipeline.kubeflow.backend import EXECUTOR_KINDS, SCHEMA_VERSION, find_type_name
from pipeline.kubeflow.compiled import CompiledPipeline, CompiledTask, ParameterSpec
from pipeline.kubeflow.rehearsal import parameters
from pipeline.kubeflow.rehearsal.outcome import Refused


def read(path: Path) -> CompiledPipeline:
    """Reads the YAML. Raises Refused for what the backend rejects or cannot run."""
    try:
        pipeline = compiled.read(path.read_bytes())
    except ValueError as error:
        raise Refused(f"{path}: {error}") from error
    for refusal in find_refusals(pipeline):
        raise Refused(f"{path}: {refusal}")
    return pipeline


def find_refusals(pipeline: CompiledPipeline) -> Iterator[str]:
    """What the backend rejects, or a rehearsal cannot simulate."""
    version = pipeline.spec.schema_version
    if version != SCHEMA_VERSION:
        yield f"schemaVersion is {version!r}, not {SCHEMA_VERSION!r}"
    for task in pipeline.list_tasks():
        yield from find_task_refusals(pipeline, task)
    for label, pod in pipeline.pods.items():
        if pod.config_map_as_env:
            yield f"{label} takes variables from a config map: a rehearsal supports only secrets."


def find_task_refusals(pipeline: CompiledPipeline, task: CompiledTask) -> Iterator[str]:
    """The same for one task."""
    component = task.spec.component_ref.name
    if component not in pipeline.spec.components:
        yield f"task {task.name!r} runs the component {component!r}, which does not exist."
    elif label := task.component.executor_label:
        kind = pipeline.find_executor(task).WhichOneof("spec")
        if kind not in EXECUTOR_KINDS:
            yield (
                f"task {task.name!r}: {kind or 'no'} executor is not implemented (label {label!r})."
            )
    if task.spec.trigger_policy.condition:
        yield (
            f"task {task.name!r} has a trigger condition, which a rehearsal cannot evaluate: "
            "remove `Cond`."
        )
    if task.spec.WhichOneof("iterator"):
        yield f"task {task.name!r} is a loop, which a rehearsal does not support."
    if any(p.parameter_expression_selector for p in task.spec.inputs.parameters.values()):
        yield f"task {task.name!r} selects a part of a parameter, which a rehearsal cannot do."


def choose_arguments(pipeline: CompiledPipeline, given: Mapping[str, Any]) -> dict[str, Any]:
    """The run's parameters: those given, and defaults for the rest. Raises Refused."""
    declared = pipeline.parameters
    unknown = sorted(set(given) - set(declared))
    if unknown:
        known = ", ".join(sorted(declared)) or "none"
        raise Refused(f"The pipeline has no parameter {unknown[0]!r}; it has {known}.")
    return {
        name: choose_argument(name, spec, given)
        for name, spec in declared.items()
        if name in given or spec.HasField("default_value") or not spec.is_optional
    }


def choose_argument(name: str, spec: ParameterSpec, given: Mapping[str, Any]) -> Any:
    """One parameter of the run, of the declared type."""
    if name in given:
        if not parameters.has_type(given[name], spec.parameter_type):
            kind = find_type_name(spec.parameter_type)
            raise Refused(f"Parameter {name!r} is {given[name]!r}: give a {kind}.")
        return given[name]
    if not spec.HasField("default_value"):
        raise Refused(f"Parameter {name!r} has no default: give it a value for this run.")
    return json_format.MessageToDict(spec.default_value)
