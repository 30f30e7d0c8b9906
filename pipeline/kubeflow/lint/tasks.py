"""Tasks: what they run, what they wait for, and which ones must not be cached."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from pipeline.kubeflow.compiled import CompiledPipeline, CompiledTask, Dag
from pipeline.kubeflow.lint.names import find_task_name_problem
from pipeline.kubeflow.lint.rules import Problem


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems of each task, and of the order in each DAG."""
    for dag in pipeline.walk_dags():
        for task in dag.tasks.values():
            yield from check_task(task)
            yield from check_caching(task)
        yield from check_order(dag)


def check_task(task: CompiledTask) -> Iterator[Problem]:
    """Its name, what it runs, what it waits for."""
    problem = find_task_name_problem(task.name)
    if problem:
        yield problem
    called = task.spec.task_info.name
    if called != task.name:
        yield Problem(
            "task-name-differs",
            task.name,
            f"its taskInfo.name is {called!r}, but the driver finds tasks by it: "
            f"write {task.name!r} there.",
        )
    yield from check_component(task)
    for name in task.spec.dependent_tasks:
        if name not in task.dag.component.dag.tasks:
            yield Problem(
                "unknown-dependency",
                task.name,
                f"it waits for a task {name!r} that {task.dag.name} does not have: "
                "remove it from dependentTasks, or add the task.",
            )


def check_component(task: CompiledTask) -> Iterator[Problem]:
    """The component exists and does not contain the task itself."""
    component = task.spec.component_ref.name
    if component not in task.dag.components:
        yield Problem(
            "unknown-component",
            task.name,
            f"it runs the component {component!r}, which does not exist: add the component.",
        )
    if component in (*task.dag.inside, task.dag.name):
        yield Problem(
            "recursive-component",
            task.name,
            f"it runs {component}, which contains it: remove it from there.",
        )
    if task.spec.HasField("artifact_iterator"):
        yield Problem(
            "artifact-iterator",
            task.name,
            "the backend does not implement artifactIterator: iterate over a parameter.",
        )


def check_order(dag: Dag) -> Iterator[Problem]:
    """Tasks do not wait for one another."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for name, task in dag.tasks.items():
        order.add(name, *sorted(task.predecessors & set(dag.tasks)))
    try:
        order.prepare()
    except CycleError as error:
        yield Problem(
            "dependency-cycle",
            dag.name,
            f"the tasks {' -> '.join(reversed(error.args[1]))} wait for one another, so none "
            "would start: remove one of these dependencies.",
        )


def check_caching(task: CompiledTask) -> Iterator[Problem]:
    """A step with side effects or outside inputs is not cached."""
    reason = find_reason_to_run(task)
    if reason and task.spec.caching_options.enable_cache:
        yield Problem(
            "cached-side-effect",
            task.name,
            f"it is cached, so an old result may be reused, but {reason}: set "
            "cachingOptions.enableCache to false.",
        )


def find_reason_to_run(task: CompiledTask) -> str | None:
    """Why an old result of this task would be wrong; None if it is as good as a new one."""
    if is_ingestion(task):
        return "its files may have changed"
    if is_pusher(task):
        return "it would push nothing"
    if task.is_exit_handler:
        return "it would report nothing"
    if takes(task, "served_folder"):
        return "another version may be served by now"
    return None


def takes(task: CompiledTask, parameter: str) -> bool:
    """Whether its component declares this parameter."""
    return parameter in task.component.input_definitions.parameters


def is_ingestion(task: CompiledTask) -> bool:
    """Whether it reads files that may change although its inputs do not."""
    return task.name == "ImageExampleGen" or takes(task, "input_base")


def is_pusher(task: CompiledTask) -> bool:
    """Whether it writes a version into a folder that servers read."""
    return task.name == "Pusher" or takes(task, "push_destination")
