"""Exit handlers: they run, and get the status of the right task."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.kubeflow.backend import find_type_name
from pipeline.kubeflow.compiled import COMPLETED, CompiledPipeline, CompiledTask, Dag
from pipeline.kubeflow.lint import tasks
from pipeline.kubeflow.lint.rules import Problem

STATUS_TYPES = ("STRING", "STRUCT", "TASK_FINAL_STATUS")  # The first gets it as JSON.


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems of exit handlers, and of tasks that read the final status of another."""
    for dag in pipeline.walk_dags():
        for task in dag.tasks.values():
            yield from check_order(task)
            yield from check_status(task)
            yield from check_status_type(task)
            yield from check_last_tasks(task, pipeline)
        yield from check_dag(dag)


def check_order(task: CompiledTask) -> Iterator[Problem]:
    """An exit handler is a hook of the tasks that it waits for; nothing waits for it."""
    if task.is_exit_handler and not task.spec.dependent_tasks:
        yield Problem(
            "exit-handler-waits-for-nothing",
            task.name,
            "an exit handler that waits for no task never runs: name the task in dependentTasks.",
        )
    for name in task.spec.dependent_tasks:
        if name in task.dag.tasks and task.dag.tasks[name].is_exit_handler:
            yield Problem(
                "waits-for-exit-handler",
                task.name,
                f"it waits for {name}, an exit handler, which is not part of the DAG: "
                "remove it from dependentTasks.",
            )


def check_status(task: CompiledTask) -> Iterator[Problem]:
    """A status is that of the task that the exit handler belongs to."""
    for name, given in sorted(task.spec.inputs.parameters.items()):
        if given.WhichOneof("kind") == "task_final_status":
            yield from check_producer(task, name, given.task_final_status.producer_task)


def check_producer(task: CompiledTask, name: str, producer: str) -> Iterator[Problem]:
    """The task exists and is the first dependency, and an exit handler reads its status."""
    if producer not in task.dag.tasks:
        yield Problem(
            "status-of-unknown-task",
            task.name,
            f"its parameter {name!r} is the status of the task {producer!r}, "
            f"which {task.dag.name} does not have: name one of {list(task.dag.tasks)}.",
        )
    elif list(task.spec.dependent_tasks[:1]) != [producer]:
        yield Problem(
            "status-of-other-task",
            task.name,
            f"its parameter {name!r} is the status of {producer}, but the backend "
            f"gives that of the first of dependentTasks: put {producer} first.",
        )
    if not task.is_exit_handler:
        yield Problem(
            "status-without-exit-handler",
            task.name,
            f"it reads the status of {producer}, but runs only if that task "
            f"succeeded: set triggerPolicy.strategy to {COMPLETED}.",
        )


def check_status_type(task: CompiledTask) -> Iterator[Problem]:
    """A status is declared as a text or a mapping."""
    declared = task.component.input_definitions.parameters
    for name, given in sorted(task.spec.inputs.parameters.items()):
        if given.WhichOneof("kind") == "task_final_status" and name in declared:
            kind = find_type_name(declared[name].parameter_type)
            if kind not in STATUS_TYPES:
                yield Problem(
                    "status-type",
                    task.name,
                    f"its parameter {name!r} is a task's status, but is declared {kind}: "
                    f"declare it {STATUS_TYPES[0]}, and read it as JSON.",
                )


def check_last_tasks(task: CompiledTask, pipeline: CompiledPipeline) -> Iterator[Problem]:
    """A DAG whose status is read ends with a launcher: nothing else sets that status."""
    for given in task.spec.inputs.parameters.values():
        producer = task.dag.tasks.get(given.task_final_status.producer_task)
        if producer is None or producer.nested is None:
            continue
        for dag in producer.nested.walk():
            for last in dag.last_tasks:
                if reason := find_reason_without_launcher(last, pipeline):
                    yield Problem(
                        "status-stays-running",
                        last.name,
                        f"{dag.name} may end with it, and {reason}. The status of {dag.name} would "
                        f"stay RUNNING, and {task.name} would report a good run as a bad one: let "
                        "the last task run a container, with cachingOptions.enableCache false.",
                    )


def find_reason_without_launcher(task: CompiledTask, pipeline: CompiledPipeline) -> str | None:
    """Why a task may end without a launcher; None if it never does, or breaks another rule."""
    if task.nested:
        return None  # Its own last tasks are checked.
    if pipeline.find_executor(task).WhichOneof("spec") == "importer":
        return "importers do not update it"
    if task.spec.caching_options.enable_cache and not tasks.find_reason_to_run(task):
        return "it may come from the cache, which does not update it"
    return None


def check_dag(dag: Dag) -> Iterator[Problem]:
    """At most one exit handler for a task, and something else to run."""
    handlers = [task for task in dag.tasks.values() if task.is_exit_handler]
    if handlers and len(handlers) == len(dag.tasks):
        yield Problem(
            "only-exit-handlers",
            dag.name,
            "it contains only exit handlers, which the backend refuses: add the "
            "tasks that they wait for.",
        )
    hooks: dict[str, str] = {}
    for task in handlers:
        for name in task.spec.dependent_tasks:
            first = hooks.setdefault(name, task.name)
            if first != task.name:
                yield Problem(
                    "second-exit-handler",
                    task.name,
                    f"{name} already has the exit handler {first}, and the backend "
                    "runs only one: put both into one component.",
                )
