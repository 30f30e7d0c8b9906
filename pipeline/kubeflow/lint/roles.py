"""Which task does what, by what it takes: ids of components are free."""

from __future__ import annotations

from pipeline.kubeflow.compiled import Task
from pipeline.kubeflow.lint.exit_handlers import is_exit_handler


def takes(task: Task, parameter: str) -> bool:
    """Does its component declare this parameter?"""
    return parameter in task.component.input_definitions.parameters


def is_ingestion(task: Task) -> bool:
    """Does it read files that may change without a change of its inputs?"""
    return task.name == "ImageExampleGen" or takes(task, "input_base")


def is_pusher(task: Task) -> bool:
    """Does it write a version where servers look?"""
    return task.name == "Pusher" or takes(task, "push_destination")


def reason_to_run(task: Task) -> str | None:
    """Why an old result of this task is a wrong one. None where it is as good as a new one."""
    if is_ingestion(task):
        return "its files may have changed"
    if is_pusher(task):
        return "it would push nothing"
    if is_exit_handler(task):
        return "it would report nothing"
    if takes(task, "served_folder"):
        return "another version may be served by now"
    return None
