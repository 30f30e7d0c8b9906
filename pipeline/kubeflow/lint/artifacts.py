"""Artifacts: each input comes from a task or DAG that has it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.kubeflow.compiled import CompiledPipeline, CompiledTask, Dag
from pipeline.kubeflow.lint.rules import Problem


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems in the input artifacts of tasks, and in the outputs of DAGs."""
    for dag in pipeline.walk_dags():
        for task in dag.tasks.values():
            yield from check_task(task)
        yield from check_outputs(dag)


def check_task(task: CompiledTask) -> Iterator[Problem]:
    """Every artifact that its component needs, and no other."""
    declared = task.component.input_definitions.artifacts
    given = task.spec.inputs.artifacts
    for name in sorted(given):
        if name not in declared:
            yield Problem(
                "artifact-undeclared",
                task.name,
                f"it gives the artifact {name!r}, which "
                f"{task.spec.component_ref.name} does not declare: add it to its inputDefinitions, "
                "or remove it from the task.",
            )
        yield from check_given(task, name)
    for name in sorted(set(declared) - set(given)):
        if not declared[name].is_optional:
            yield Problem(
                "artifact-missing",
                task.name,
                f"its artifact {name!r} has no value: take it from the task that makes it.",
            )


def check_given(task: CompiledTask, name: str) -> Iterator[Problem]:
    """The source of an artifact exists."""
    given = task.spec.inputs.artifacts[name]
    kind = given.WhichOneof("kind")
    if kind == "component_input_artifact":
        wanted = given.component_input_artifact
        if wanted not in task.dag.component.input_definitions.artifacts:
            yield Problem(
                "artifact-not-in-parent",
                task.name,
                f"its artifact {name!r} reads {wanted!r}, which is not an input of "
                f"{task.dag.name}: declare it in the inputDefinitions of {task.dag.name}.",
            )
    elif kind == "task_output_artifact":
        source = given.task_output_artifact
        flaw = find_flaw(task.dag, source.producer_task, source.output_artifact_key)
        if flaw:
            yield Problem("artifact-unknown-output", task.name, f"its artifact {name!r} {flaw}")
    else:
        yield Problem(
            "artifact-without-source",
            task.name,
            f"its artifact {name!r} has no source: name the task that makes it.",
        )


def check_outputs(dag: Dag) -> Iterator[Problem]:
    """The outputs of a DAG come from its tasks."""
    for name, output in sorted(dag.component.dag.outputs.artifacts.items()):
        for source in output.artifact_selectors:
            flaw = find_flaw(dag, source.producer_subtask, source.output_artifact_key)
            if flaw:
                yield Problem("artifact-unknown-output", dag.name, f"its output {name!r} {flaw}")


def find_flaw(dag: Dag, producer: str, key: str) -> str | None:
    """What is wrong with the source of an artifact, and how to fix it; None if it is right."""
    if producer not in dag.tasks:
        return (
            f"comes from the task {producer!r}, which {dag.name} does not have: name one of "
            f"{list(dag.tasks)}."
        )
    outputs = dag.tasks[producer].component.output_definitions.artifacts
    if key not in outputs:
        return (
            f"is {key!r} of {producer}, which does not declare that output: name one of "
            f"{sorted(outputs)}."
        )
    return None
