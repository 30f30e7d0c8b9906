"""Runs one task to its end: from the cache, as an importer, or as a step with retries."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from pipeline.kubeflow import backend
from pipeline.kubeflow.backend import PIPELINE_ROOT
from pipeline.kubeflow.compiled import CompiledPipeline, CompiledTask
from pipeline.kubeflow.messages import as_json
from pipeline.kubeflow.rehearsal import caching, parameters
from pipeline.kubeflow.rehearsal.driver import RunNames, TaskInputs, build_executor_input
from pipeline.kubeflow.rehearsal.environment import Secrets
from pipeline.kubeflow.rehearsal.launcher import Launcher
from pipeline.kubeflow.rehearsal.metadata import Metadata
from pipeline.kubeflow.rehearsal.outcome import (
    DriverFailed,
    LauncherFailed,
    Listener,
    PodLost,
    TaskOutputs,
    TaskRun,
    TaskState,
)
from pipeline.kubeflow.rehearsal.pod import Pod, ResolvedStep
from pipeline.kubeflow.rehearsal.states import CACHED, COMPLETE, FAILED, RUNNING, States
from pipeline.kubeflow.rehearsal.store import ObjectStore
from pipeline.kubeflow.rehearsal.tasks import read_retry_policy


@dataclass(frozen=True, kw_only=True)
class RehearsalOptions:
    """Settings of the simulated cluster, and of the run."""

    pipeline_root: str = PIPELINE_ROOT
    secrets: Secrets = field(default_factory=dict)
    store: ObjectStore | None = None  # None: a folder in the working directory.
    listener: Listener = lambda task: None  # Called at each change of a task.
    caching: bool = True  # False turns the whole run's caching off.
    publish_logs: bool = True  # The API server's PUBLISH_LOGS.
    longest_wait: float = 2.0  # Limits the seconds between attempts, whatever the YAML says.


class TaskRunner:
    """Runs the tasks of one run that are not DAGs."""

    def __init__(
        self, pipeline: CompiledPipeline, names: RunNames, workdir: Path, options: RehearsalOptions
    ) -> None:
        self._pipeline = pipeline
        self._names = names
        self._workdir = workdir
        self._options = options
        self.store = options.store or ObjectStore(workdir / "store")
        self._metadata = Metadata(workdir)
        self._launcher = Launcher(
            self.store,
            self._metadata,
            pipeline_root=options.pipeline_root,
            secrets=options.secrets,
        )

    def run(
        self, task: CompiledTask, inputs: TaskInputs, run: TaskRun, states: States
    ) -> tuple[TaskOutputs, TaskState]:
        """The task's outputs, new or from the cache. Raises StepFailed."""
        executor = self._pipeline.find_executor(task)
        if executor.WhichOneof("spec") == "importer":
            outputs = self._import(task, executor.importer, inputs)
            states.record(task.name, COMPLETE)
            return outputs, TaskState.SUCCEEDED
        step = self._resolve(task, inputs)
        if not (task.spec.caching_options.enable_cache and self._options.caching):
            return self._retry(step, task, run, states), TaskState.SUCCEEDED
        fingerprint = caching.compute_fingerprint(self._names.pipeline, step)
        if cached := self._metadata.find_cached(fingerprint):
            states.record(task.name, CACHED)
            return cached, TaskState.CACHED
        outputs = self._retry(step, task, run, states)
        self._metadata.cache(fingerprint, outputs)
        return outputs, TaskState.SUCCEEDED

    def _resolve(self, task: CompiledTask, inputs: TaskInputs) -> ResolvedStep:
        """The step with its inputs. All its attempts write to the same URIs."""
        prefix = (
            f"{self._names.build_prefix(self._options.pipeline_root, task.name)}/{uuid.uuid4()}"
        )
        return ResolvedStep(
            name=task.name,
            component=task.component,
            container=self._pipeline.find_executor(task).container,
            kubernetes=self._pipeline.find_pod(task),
            executor_input=build_executor_input(
                task.component, inputs, prefix, publish_logs=self._options.publish_logs
            ),
        )

    def _retry(
        self, step: ResolvedStep, task: CompiledTask, run: TaskRun, states: States
    ) -> TaskOutputs:
        """The outputs of the first attempt that succeeds."""
        policy = read_retry_policy(task)
        start = time.monotonic()
        while True:
            try:
                return self._attempt(step, run, states)
            except (LauncherFailed, PodLost) as error:
                retry = run.attempts - 1
                refusal = policy.find_refusal(retry, time.monotonic() - start)
                if refusal:
                    raise type(error)(
                        f"{error} ({refusal})" if policy.retries else error
                    ) from error
                run.reason = str(error)
                self._options.listener(run)
                time.sleep(min(policy.wait(retry), self._options.longest_wait))

    def _attempt(self, step: ResolvedStep, run: TaskRun, states: States) -> TaskOutputs:
        """Runs one pod, from its start to its end. A pod that is lost records no end."""
        states.record(step.name, RUNNING)
        run.attempts += 1
        run.log = self._workdir / "logs" / self._names.id / f"{step.name}-{run.attempts}.log"
        if run.attempts > 1:
            run.reason = ""
            self._options.listener(run)
        folder = self._workdir / "pods" / self._names.id / step.name
        volumes = self._workdir / "volumes"
        with Pod(folder, run.log, volumes=volumes, attempt=run.attempts) as pod:
            try:
                outputs = self._launcher.launch(step, pod)
            except (LauncherFailed, PodLost) as error:
                pod.write_log(str(error))
                if isinstance(error, LauncherFailed):
                    states.end(step.name, FAILED)
                raise
            finally:
                run.warnings = pod.warnings
        states.end(step.name, COMPLETE)
        return outputs

    def _import(self, task: CompiledTask, importer: Message, inputs: TaskInputs) -> TaskOutputs:
        """Registers the importer's artifact, or finds it if it is registered already."""
        place = importer.artifact_uri
        if place.WhichOneof("value") == "runtime_parameter":
            uri = inputs.parameters.get(place.runtime_parameter)
        else:
            uri = fill_parameters(as_json(place).get("constant"), inputs.parameters)
        if not isinstance(uri, str) or not uri:
            raise DriverFailed(f"the importer's URI is {uri!r}: set it to a non-empty string")
        metadata = fill_parameters(as_json(importer.metadata), inputs.parameters)
        register = self._metadata.record if importer.reimport else self._metadata.find_or_record
        keys = task.component.output_definitions.artifacts
        return TaskOutputs({key: register(key, uri, metadata) for key in keys})


def fill_parameters(value: Any, given: Mapping[str, Any]) -> Any:
    """The value with input parameters in place of their placeholders."""
    if isinstance(value, dict):
        return {key: fill_parameters(item, given) for key, item in value.items()}
    if isinstance(value, str):
        for name, found in given.items():
            placeholder = backend.name_input(name)
            value = value.replace(placeholder, parameters.format_text(found))
    return value
