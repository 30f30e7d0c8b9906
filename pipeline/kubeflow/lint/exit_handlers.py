"""Exit handlers: that they run at all, and are told of the right task."""

from __future__ import annotations

from collections.abc import Iterator

from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineTaskSpec

from pipeline.kubeflow.backend import type_name
from pipeline.kubeflow.compiled import Dag, Package, Task

COMPLETED = "ALL_UPSTREAM_TASKS_COMPLETED"
STATUS_TYPES = ("STRING", "STRUCT", "TASK_FINAL_STATUS")  # The first gets it as JSON.


def problems(package: Package) -> Iterator[str]:
    """Of each DAG's exit handlers, and of the tasks that ask for another's final status."""
    for dag in package.dags():
        for task in dag.tasks.values():
            yield from of_order(task)
            yield from of_status(task)
            yield from of_status_type(task)
        yield from of_dag(dag)


def is_exit_handler(task: Task) -> bool:
    """Does it run however the tasks before it ended?"""
    return (
        task.spec.trigger_policy.strategy
        == PipelineTaskSpec.TriggerPolicy.TriggerStrategy.Value(COMPLETED)
    )


def of_order(task: Task) -> Iterator[str]:
    """An exit handler is a hook of the tasks that it waits for; nothing waits for it."""
    if is_exit_handler(task) and not task.spec.dependent_tasks:
        yield (
            f"{task.name}: an exit handler that waits for no task never runs: name the task in "
            "dependentTasks."
        )
    for name in task.spec.dependent_tasks:
        if name in task.dag.tasks and is_exit_handler(task.dag.tasks[name]):
            yield (
                f"{task.name}: it waits for {name}, an exit handler, which is no task of the DAG: "
                "take it out of dependentTasks."
            )


def of_status(task: Task) -> Iterator[str]:
    """A status is that of the task whose hook the exit handler is."""
    for name, given in sorted(task.spec.inputs.parameters.items()):
        if given.WhichOneof("kind") != "task_final_status":
            continue
        producer = given.task_final_status.producer_task
        if producer not in task.dag.tasks:
            yield (
                f"{task.name}: its parameter {name!r} is the status of the task {producer!r}, "
                f"which {task.dag.name} does not have: name one of {list(task.dag.tasks)}."
            )
        elif list(task.spec.dependent_tasks[:1]) != [producer]:
            yield (
                f"{task.name}: its parameter {name!r} is the status of {producer}, and the backend "
                f"tells that of the first of dependentTasks: put {producer} there."
            )
        if not is_exit_handler(task):
            yield (
                f"{task.name}: it asks for the status of {producer}, but runs only where that "
                f"succeeded: set triggerPolicy.strategy to {COMPLETED}."
            )


def of_status_type(task: Task) -> Iterator[str]:
    """A status is a text or a mapping."""
    declared = task.component.input_definitions.parameters
    for name, given in sorted(task.spec.inputs.parameters.items()):
        if given.WhichOneof("kind") == "task_final_status" and name in declared:
            kind = type_name(declared[name].parameter_type)
            if kind not in STATUS_TYPES:
                yield (
                    f"{task.name}: its parameter {name!r} is a task's status, and declared {kind}: "
                    f"declare it {STATUS_TYPES[0]}, and read it as JSON."
                )


def of_dag(dag: Dag) -> Iterator[str]:
    """One exit handler for a task, and something else to run."""
    handlers = [task for task in dag.tasks.values() if is_exit_handler(task)]
    if handlers and len(handlers) == len(dag.tasks):
        yield (
            f"{dag.name}: all its tasks are exit handlers, which the backend refuses: add the "
            "tasks that they are to wait for."
        )
    hooks: dict[str, str] = {}
    for task in handlers:
        for name in task.spec.dependent_tasks:
            first = hooks.setdefault(name, task.name)
            if first != task.name:
                yield (
                    f"{task.name}: {name} has the exit handler {first} already, and the backend "
                    "runs but one: put both into one component."
                )
