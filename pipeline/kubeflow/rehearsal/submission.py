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
        yield (
            f"schemaVersion is {version!r}, not {SCHEMA_VERSION!r}: compile with "
            "use_pipeline_spec_2_1=True."
        )
    for task in pipeline.list_tasks():
        yield from find_task_refusals(pipeline, task)
    for label, pod in pipeline.pods.items():
        if pod.config_map_as_env:
            yield (
                f"{label} takes variables from a config map, which a rehearsal does not support: "
                "put them into a secret, or test the pipeline on a cluster."
            )


def find_task_refusals(pipeline: CompiledPipeline, task: CompiledTask) -> Iterator[str]:
    """The same for one task."""
    if refusal := find_component_refusal(pipeline, task):
        yield f"task {task.name!r} {refusal}"
    if task.spec.trigger_policy.condition:
        yield (
            f"task {task.name!r} has a trigger condition, which a rehearsal cannot evaluate: "
            "remove `Cond`."
        )
    if task.spec.WhichOneof("iterator"):
        yield (
            f"task {task.name!r} is a loop, which a rehearsal does not support: remove the loop, "
            "or test the pipeline on a cluster."
        )
    for name, source in sorted(task.spec.inputs.parameters.items()):
        if source.parameter_expression_selector:
            yield (
                f"task {task.name!r} selects a part of a value for its parameter {name!r}, which a "
                "rehearsal cannot do: pass the whole value, or test the pipeline on a cluster."
            )


def find_component_refusal(pipeline: CompiledPipeline, task: CompiledTask) -> str | None:
    """Why the backend cannot run the task's component; None if it can."""
    component = task.spec.component_ref.name
    if component not in pipeline.spec.components:
        return (
            f"runs the component {component!r}, which does not exist: add it to components, or "
            "correct the task's componentRef."
        )
    label = task.component.executor_label
    kind = pipeline.find_executor(task).WhichOneof("spec")
    if not label or kind in EXECUTOR_KINDS:
        return None
    if kind is None:
        return f"runs the executor {label!r}, which does not exist: add it to the deploymentSpec."
    return (
        f"runs the executor {label!r}, which is a {kind}: use one of {', '.join(EXECUTOR_KINDS)}."
    )


def choose_arguments(pipeline: CompiledPipeline, given: Mapping[str, Any]) -> dict[str, Any]:
    """The run's parameters: those given, and defaults for the rest. Raises Refused."""
    declared = pipeline.parameters
    unknown = sorted(set(given) - set(declared))
    if unknown:
        fix = f"choose one of {', '.join(sorted(declared))}" if declared else "remove it"
        raise Refused(f"The pipeline has no parameter {unknown[0]!r}: {fix}.")
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
