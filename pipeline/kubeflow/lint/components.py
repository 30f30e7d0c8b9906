"""The pipeline as a whole, its components, and their executors."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.kubeflow import messages
from pipeline.kubeflow.backend import SCHEMA_VERSION
from pipeline.kubeflow.compiled import ROOT, CompiledPipeline, ExecutorSpec
from pipeline.kubeflow.lint.names import PIPELINE, find_name_problem
from pipeline.kubeflow.lint.rules import Problem

BASELINE = "write a component that finds the newest model, or give its URI to an Importer"
REFUSED = {
    "resolver": f"a Resolver, which the backend does not implement: {BASELINE}",
    "custom_job": "a job of Vertex AI, which the backend does not run: write a container",
    None: "neither a container nor an importer: add a container with an image and a command",
}


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems of the pipeline, its components and their executors."""
    yield from check_pipeline(pipeline)
    yield from check_components(pipeline)
    yield from check_executors(pipeline)


def check_pipeline(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """What the API server checks first."""
    version = pipeline.spec.schema_version
    if version != SCHEMA_VERSION:
        yield Problem(
            "schema-version",
            PIPELINE,
            f"schemaVersion is {version!r}, and the backend accepts only {SCHEMA_VERSION}: compile "
            "with use_pipeline_spec_2_1=True.",
        )
    problem = find_name_problem(pipeline.spec.pipeline_info.name)
    if problem:
        yield problem
    if pipeline.spec.default_pipeline_root:
        yield Problem(
            "ignored-pipeline-root",
            PIPELINE,
            "the backend ignores defaultPipelineRoot and writes artifacts to its own root: remove "
            "it, and give pipeline_root with each run.",
        )
    if not pipeline.spec.root.dag.tasks:
        yield Problem(
            "no-tasks", ROOT, "it has no tasks, so nothing would run: add at least one component."
        )


def check_components(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """A component is a DAG, or has an executor."""
    for name, component in sorted(pipeline.spec.components.items()):
        implementation = component.WhichOneof("implementation")
        label = component.executor_label
        if implementation is None:
            yield Problem(
                "component-without-executor",
                name,
                "it has no executor and no tasks: give it an executorLabel.",
            )
        elif implementation == "executor_label" and label not in pipeline.given_executors:
            yield Problem(
                "unknown-executor",
                name,
                f"its executor {label!r} is not in deploymentSpec.executors: add it "
                f"there, or name one of {sorted(pipeline.given_executors)}.",
            )


def check_executors(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Only containers and importers run, with only the fields that the backend knows."""
    for name in sorted(set(pipeline.spec.deployment_spec.fields) - {"executors"}):
        yield Problem(
            "unknown-deployment-field",
            "deploymentSpec",
            f"unknown field {name!r}: remove it, or write it as an executor.",
        )
    for label, given in sorted(pipeline.given_executors.items()):
        refusal = messages.find_refusal(given, ExecutorSpec)
        if refusal:
            yield Problem(
                "unknown-executor-field",
                label,
                f"{refusal}, in deploymentSpec: the backend silently drops such fields. "
                "Remove it, or correct its name.",
            )
        kind = pipeline.executors[label].WhichOneof("spec")
        if kind in REFUSED:
            yield Problem("unsupported-executor", label, f"it is {REFUSED[kind]}.")
