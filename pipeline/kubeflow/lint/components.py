"""The pipeline as a whole, its components, and whether there is something to run for each."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.kubeflow import compiled
from pipeline.kubeflow.compiled import ExecutorSpec, Package
from pipeline.kubeflow.lint.names import name_problem

SCHEMA = "2.1.0"
BASELINE = "find the newest model in a component of your own instead, or name it to an Importer"
REFUSED = {
    "resolver": f"a Resolver, which the backend does not implement: {BASELINE}",
    "custom_job": "a job of Vertex AI, which the backend does not run: write a container",
    None: "neither a container nor an importer: give it a container with an image and a command",
}


def problems(package: Package) -> Iterator[str]:
    """Of the pipeline, its components and their executors."""
    yield from of_the_pipeline(package)
    yield from of_components(package)
    yield from of_executors(package)


def of_the_pipeline(package: Package) -> Iterator[str]:
    """What the API server looks at first."""
    version = package.spec.schema_version
    if version != SCHEMA:
        yield (
            f"schemaVersion is {version!r}, and the backend takes {SCHEMA} alone: compile with "
            "use_pipeline_spec_2_1=True."
        )
    name = name_problem(package.spec.pipeline_info.name)
    if name:
        yield name
    if package.spec.default_pipeline_root:
        yield (
            "The backend ignores defaultPipelineRoot, and artifacts would go to its own root: take "
            "it out, and give pipeline_root with each run."
        )
    if not package.spec.root.dag.tasks:
        yield "The root has no tasks: nothing would run. Give the pipeline at least one component."


def of_components(package: Package) -> Iterator[str]:
    """A component is a DAG, or has an executor."""
    for name, component in sorted(package.spec.components.items()):
        implementation = component.WhichOneof("implementation")
        label = component.executor_label
        if implementation is None:
            yield f"{name}: it has no executor and no tasks: give it an executorLabel."
        elif implementation == "executor_label" and label not in package.given_executors:
            yield (
                f"{name}: its executor {label!r} is none of deploymentSpec.executors: add it "
                f"there, or name one of {sorted(package.given_executors)}."
            )


def of_executors(package: Package) -> Iterator[str]:
    """Only containers and importers run, and only the fields that the backend knows arrive."""
    for name in sorted(set(package.spec.deployment_spec.fields) - {"executors"}):
        yield f"deploymentSpec: unknown field {name!r}: take it out, or write it as an executor."
    for label, given in sorted(package.given_executors.items()):
        refusal = compiled.find_refusal(given, ExecutorSpec)
        if refusal:
            yield (
                f"{label}: {refusal}, in deploymentSpec: the backend drops such fields in silence. "
                "Take it out, or correct its name."
            )
        kind = package.executors[label].WhichOneof("spec")
        if kind in REFUSED:
            yield f"{label}: it is {REFUSED[kind]}."
