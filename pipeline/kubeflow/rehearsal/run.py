"""Rehearses a compiled pipeline: each step runs in its own process, as on a cluster."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from pipeline.kubeflow.compiled import CompiledTask, Dag
from pipeline.kubeflow.rehearsal import driver, submission
from pipeline.kubeflow.rehearsal.driver import RunNames, Scope, TaskInputs
from pipeline.kubeflow.rehearsal.outcome import (
    DONE,
    DriverFailed,
    LauncherFailed,
    Listener,
    PodLost,
    Rehearsal,
    StepFailed,
    TaskOutputs,
    TaskRun,
    TaskState,
)
from pipeline.kubeflow.rehearsal.states import RUNNING, States
from pipeline.kubeflow.rehearsal.task_runner import RehearsalOptions, TaskRunner
from pipeline.kubeflow.rehearsal.tasks import sort_tasks

STATES = {
    DriverFailed: TaskState.DRIVER_FAILED,
    LauncherFailed: TaskState.FAILED,
    PodLost: TaskState.LOST,
}


def rehearse(
    path: Path, *, workdir: Path, parameters: Mapping[str, Any], options: RehearsalOptions
) -> Rehearsal:
    """Runs the YAML's tasks one after another, and writes all results into `workdir`.

    A second rehearsal there uses the first one's cache. Raises Refused before any task starts.
    """
    pipeline = submission.read(path)
    arguments = submission.choose_arguments(pipeline, parameters)
    runs = plan_tasks(pipeline.root)
    workdir = workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    number = str(uuid.uuid4())
    names = RunNames(pipeline.name, number, f"{pipeline.name}-{number[:5]}")
    runner = TaskRunner(pipeline, names, workdir, options)
    try:
        with stop_on_signals():
            Run(names, runner, options.listener, runs).run_dag(
                pipeline.root, Scope(TaskInputs(arguments))
            )
    finally:
        shutil.rmtree(workdir / "pods" / number, ignore_errors=True)
    succeeded = all(run.state in DONE for run in runs.values())
    return Rehearsal(number, succeeded, runs, runner.store)


def plan_tasks(root: Dag) -> dict[str, TaskRun]:
    """All tasks of the run in order, nested ones after the task that contains them."""
    tasks = list(walk_tasks(root))
    steps = [task.name for task in tasks if not task.nested]
    runs = {task.name: TaskRun(task.name, steps=len(steps)) for task in tasks}
    for place, name in enumerate(steps, start=1):
        runs[name].place = place
    return runs


def walk_tasks(dag: Dag) -> Iterator[CompiledTask]:
    """Each task, followed by the tasks of the DAG that it runs."""
    for task in sort_tasks(dag):
        yield task
        if task.nested:
            yield from walk_tasks(task.nested)


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP end the run as Ctrl-C does: with the steps' processes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop(number: int, frame: FrameType | None) -> None:
    """Ends this process as the signal would, after all `finally` clauses."""
    sys.exit(128 + number)


class Run:
    """Runs the tasks of a run's DAGs in order."""

    def __init__(
        self, names: RunNames, runner: TaskRunner, listener: Listener, runs: Mapping[str, TaskRun]
    ) -> None:
        self._names = names
        self._runner = runner
        self._listener = listener
        self._runs = runs

    def run_dag(self, dag: Dag, scope: Scope) -> TaskState:
        """Runs the tasks of a DAG; after a failure, only its exit handlers.

        Returns how it ended for Argo, which may differ from its state in the metadata store.
        """
        for task in sort_tasks(dag):
            if scope.stopped and not task.is_exit_handler:
                self._report(self._runs[task.name], TaskState.OMITTED)
            else:
                self._run_task(task, scope)
        return TaskState.FAILED if scope.stopped else TaskState.SUCCEEDED

    def _run_task(self, task: CompiledTask, scope: Scope) -> None:
        """Runs a task and records its final state."""
        run = self._runs[task.name]
        start = time.monotonic()
        self._report(run, TaskState.RUNNING)
        try:
            inputs = driver.resolve(task, scope, self._names)
            scope.states.record(task.name, RUNNING)
            run.outputs, state = self._execute(task, inputs, run, scope.states)
        except StepFailed as error:
            run.reason, state = str(error), STATES[type(error)]
        run.seconds = time.monotonic() - start
        scope.outputs[task.name] = run.outputs
        scope.stopped = scope.stopped or state not in DONE
        self._report(run, state)

    def _execute(
        self, task: CompiledTask, inputs: TaskInputs, run: TaskRun, states: States
    ) -> tuple[TaskOutputs, TaskState]:
        """Runs a nested DAG, or a task with an executor."""
        if not task.nested:
            return self._runner.run(task, inputs, run, states)
        nested = States(expected=len(task.nested.tasks), name=task.name, around=states)
        return TaskOutputs(), self.run_dag(task.nested, Scope(inputs, states=nested))

    def _report(self, run: TaskRun, state: TaskState) -> None:
        """Records the task's state and calls the listener."""
        run.state = state
        self._listener(run)
