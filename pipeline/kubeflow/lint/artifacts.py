"""Artifacts: that each input comes from a task, or a DAG, that has it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.kubeflow.compiled import Dag, Package, Task


def problems(package: Package) -> Iterator[str]:
    """Of what tasks take, and of what DAGs hand out."""
    for dag in package.dags():
        for task in dag.tasks.values():
            yield from of_task(task)
        yield from of_outputs(dag)


def of_task(task: Task) -> Iterator[str]:
    """Every artifact that its component needs, and no other."""
    declared = task.component.input_definitions.artifacts
    given = task.spec.inputs.artifacts
    for name in sorted(given):
        if name not in declared:
            yield (
                f"{task.name}: it is given the artifact {name!r}, which "
                f"{task.spec.component_ref.name} does not declare: add it to its inputDefinitions, "
                "or give it no more."
            )
        yield from of_given(task, name)
    for name in sorted(set(declared) - set(given)):
        if not declared[name].is_optional:
            yield (
                f"{task.name}: nobody gives its artifact {name!r}: take it from the task that "
                "makes it."
            )


def of_given(task: Task, name: str) -> Iterator[str]:
    """Where an artifact comes from."""
    given = task.spec.inputs.artifacts[name]
    kind = given.WhichOneof("kind")
    if kind == "component_input_artifact":
        wanted = given.component_input_artifact
        if wanted not in task.dag.component.input_definitions.artifacts:
            yield (
                f"{task.name}: its artifact {name!r} reads {wanted!r}, which nobody gives to "
                f"{task.dag.name}: declare it in the inputDefinitions of {task.dag.name}."
            )
    elif kind == "task_output_artifact":
        source = given.task_output_artifact
        lack = lacking(task.dag, source.producer_task, source.output_artifact_key)
        if lack:
            yield f"{task.name}: its artifact {name!r} {lack}"
    else:
        yield f"{task.name}: its artifact {name!r} has no source: name the task that makes it."


def of_outputs(dag: Dag) -> Iterator[str]:
    """What a DAG hands out is made by its tasks."""
    for name, output in sorted(dag.component.dag.outputs.artifacts.items()):
        for source in output.artifact_selectors:
            lack = lacking(dag, source.producer_subtask, source.output_artifact_key)
            if lack:
                yield f"{dag.name}: its output {name!r} {lack}"


def lacking(dag: Dag, producer: str, key: str) -> str | None:
    """What is wrong with the source of an artifact, and the mend."""
    if producer not in dag.tasks:
        return (
            f"comes from the task {producer!r}, which {dag.name} does not have: name one of "
            f"{list(dag.tasks)}."
        )
    outputs = dag.tasks[producer].component.output_definitions.artifacts
    if key not in outputs:
        return (
            f"is {key!r} of {producer}, which declares no such output: name one of "
            f"{sorted(outputs)}."
        )
    return None
