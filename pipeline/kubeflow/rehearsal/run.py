"""Rehearses a compiled pipeline: every step a process of its own, as on a cluster."""

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

from google.protobuf.message import Message

from pipeline.kubeflow.rehearsal import driver, submission, tasks
from pipeline.kubeflow.rehearsal.driver import Inputs, RunNames, Scope
from pipeline.kubeflow.rehearsal.executor import Executor
from pipeline.kubeflow.rehearsal.failures import DriverFailed, LauncherFailed, PodLost, StepFailed
from pipeline.kubeflow.rehearsal.options import Options
from pipeline.kubeflow.rehearsal.outcome import DONE, Outputs, Rehearsal, State, TaskRun
from pipeline.kubeflow.rehearsal.submission import Submission

# What the metadata store says of a task in the end. One that no driver drove is not in it.
ENDS = {
    State.SUCCEEDED: "COMPLETE",
    State.CACHED: "CACHED",
    State.FAILED: "FAILED",
    State.LOST: "RUNNING",
}
STATES = {DriverFailed: State.UNDRIVEN, LauncherFailed: State.FAILED, PodLost: State.LOST}
NESTED = {"COMPLETE": State.SUCCEEDED, "FAILED": State.FAILED, "RUNNING": State.LOST}


def rehearse(
    package: Path, *, workdir: Path, parameters: Mapping[str, Any], options: Options
) -> Rehearsal:
    """Runs the YAML's tasks one after another; what they leave is in `workdir`.

    A second rehearsal there finds the first one's cache. Raises Refused before anything starts.
    """
    submitted = submission.read(package)
    arguments = submitted.arguments(parameters)
    runs = planned(submitted, submitted.spec.root)
    workdir = workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    number = str(uuid.uuid4())
    names = RunNames(submitted.name, number, f"{submitted.name}-{number[:5]}")
    executor = Executor(submitted, names, workdir, options)
    try:
        with stopped_by_signals():
            Run(submitted, names, executor, options, runs).dag("", Inputs(arguments))
    finally:
        shutil.rmtree(workdir / "pods" / number, ignore_errors=True)
    succeeded = all(run.state in DONE for run in runs.values())
    return Rehearsal(number, succeeded, runs, executor.store)


def planned(submitted: Submission, component: Message) -> dict[str, TaskRun]:
    """All tasks of the run, in their order, nested ones behind the task that holds them."""
    names = list(walked(submitted, component))
    steps = [name for name, holds in names if not holds]
    runs = {name: TaskRun(name, steps=len(steps)) for name, _ in names}
    for place, name in enumerate(steps, start=1):
        runs[name].place = place
    return runs


def walked(submitted: Submission, component: Message) -> Iterator[tuple[str, bool]]:
    """Each task's name, and whether it only holds others."""
    for name in tasks.order(component.dag):
        inner = submitted.component(component.dag.tasks[name])
        yield name, inner.HasField("dag")
        if inner.HasField("dag"):
            yield from walked(submitted, inner)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
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
    """Ends this process as the signal would, but through the `finally` clauses."""
    sys.exit(128 + number)


class Run:
    """The run's DAGs."""

    def __init__(
        self,
        submitted: Submission,
        names: RunNames,
        executor: Executor,
        options: Options,
        runs: Mapping[str, TaskRun],
    ) -> None:
        self._submitted = submitted
        self._names = names
        self._executor = executor
        self._listener = options.listener
        self._runs = runs

    def dag(self, component: str, inputs: Inputs) -> State:
        """Runs the tasks of a component, or of the root, as far as they get."""
        found = (
            self._submitted.spec.components[component] if component else self._submitted.spec.root
        )
        scope = Scope(inputs)
        for name in tasks.order(found.dag):
            task = found.dag.tasks[name]
            if scope.stopped and not tasks.is_exit_handler(task):
                self._tell(self._runs[name], State.OMITTED)
            else:
                self._task(name, task, scope)
        return NESTED[scope.end()]

    def _task(self, name: str, task: Message, scope: Scope) -> None:
        """Runs a task, and notes how it ended."""
        run = self._runs[name]
        start = time.monotonic()
        self._tell(run, State.RUNNING)
        try:
            inputs = driver.resolve(task, self._submitted.component(task), scope, self._names)
            run.outputs, state = self._executed(task, inputs, run)
        except StepFailed as error:
            run.reason, state = str(error), STATES[type(error)]
        run.seconds = time.monotonic() - start
        scope.outputs[name] = run.outputs
        scope.stopped = scope.stopped or state not in DONE
        if state in ENDS:
            scope.ends[name] = ENDS[state]
        self._tell(run, state)

    def _executed(self, task: Message, inputs: Inputs, run: TaskRun) -> tuple[Outputs, State]:
        """A nested DAG, or a task that does something."""
        if self._submitted.component(task).HasField("dag"):
            return Outputs(), self.dag(task.component_ref.name, inputs)
        return self._executor.execute(task, inputs, run)

    def _tell(self, run: TaskRun, state: State) -> None:
        """Notes the task's state, and tells whoever listens."""
        run.state = state
        self._listener(run)
