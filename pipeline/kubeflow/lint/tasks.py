"""Tasks: what they run, and what they wait for."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from pipeline.kubeflow.compiled import Dag, Package, Task
from pipeline.kubeflow.lint.names import task_name_problem


def problems(package: Package) -> Iterator[str]:
    """Of each task, and of each DAG's order."""
    for dag in package.dags():
        for task in dag.tasks.values():
            yield from of_task(task)
        yield from cycles(dag)


def of_task(task: Task) -> Iterator[str]:
    """Its name, what it runs, what it waits for."""
    refused = task_name_problem(task.name)
    if refused:
        yield refused
    called = task.spec.task_info.name
    if called != task.name:
        yield (
            f"{task.name}: its taskInfo.name is {called!r}, and the driver looks tasks up by it: "
            f"write {task.name!r} there."
        )
    yield from of_component(task)
    for name in task.spec.dependent_tasks:
        if name not in task.dag.component.dag.tasks:
            yield (
                f"{task.name}: it waits for a task {name!r} that {task.dag.name} does not have: "
                "take it out of dependentTasks, or add the task."
            )


def of_component(task: Task) -> Iterator[str]:
    """A component that is there, and that does not hold the task itself."""
    component = task.spec.component_ref.name
    if component not in task.dag.components:
        yield f"{task.name}: there is no component {component!r} for it to run: add the component."
    if component in (*task.dag.inside, task.dag.name):
        yield f"{task.name}: it runs {component}, which it is a part of: take it out of there."
    if task.spec.HasField("artifact_iterator"):
        yield (
            f"{task.name}: the backend does not implement artifactIterator: iterate over a "
            "parameter."
        )


def cycles(dag: Dag) -> Iterator[str]:
    """Tasks that wait for one another."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for name, task in dag.tasks.items():
        order.add(name, *sorted(predecessors(task)))
    try:
        order.prepare()
    except CycleError as error:
        yield (
            f"{' -> '.join(reversed(error.args[1]))}: these tasks wait for one another, and none "
            "would start: take one of the arrows out."
        )


def predecessors(task: Task) -> set[str]:
    """The tasks of its DAG that it waits for, whether it says so or takes their outputs."""
    inputs = task.spec.inputs
    named = {
        *task.spec.dependent_tasks,
        *(a.task_output_artifact.producer_task for a in inputs.artifacts.values()),
        *(p.task_output_parameter.producer_task for p in inputs.parameters.values()),
    }
    return {name for name in named if name in task.dag.component.dag.tasks}
