"""Brings one task to its end: cache, importer, or a step with its retries."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from kfp.kubernetes import kubernetes_executor_config_pb2 as kubernetes_pb2

from pipeline.kubeflow.rehearsal import caching, parameters
from pipeline.kubeflow.rehearsal.driver import Inputs, RunNames, executor_input
from pipeline.kubeflow.rehearsal.failures import DriverFailed, LauncherFailed, PodLost
from pipeline.kubeflow.rehearsal.launcher import Launcher
from pipeline.kubeflow.rehearsal.metadata import Metadata
from pipeline.kubeflow.rehearsal.options import Options
from pipeline.kubeflow.rehearsal.outcome import Outputs, State, TaskRun
from pipeline.kubeflow.rehearsal.pod import Pod
from pipeline.kubeflow.rehearsal.step import Step
from pipeline.kubeflow.rehearsal.store import ObjectStore
from pipeline.kubeflow.rehearsal.submission import Submission
from pipeline.kubeflow.rehearsal.tasks import RetryPolicy


class Executor:
    """Runs the tasks of one run that are no DAGs."""

    def __init__(
        self, submission: Submission, names: RunNames, workdir: Path, options: Options
    ) -> None:
        self._submission = submission
        self._names = names
        self._workdir = workdir
        self._options = options
        self.store = options.store or ObjectStore(workdir / "store")
        self._metadata = Metadata(workdir)
        self._launcher = Launcher(options, self.store, self._metadata)

    def execute(self, task: Message, inputs: Inputs, run: TaskRun) -> tuple[Outputs, State]:
        """The task's outputs, made or reused. Raises StepFailed."""
        component = self._submission.component(task)
        executor = self._submission.executors[component.executor_label]
        if executor.WhichOneof("spec") == "importer":
            return self._import(component, executor.importer, inputs), State.SUCCEEDED
        step = self._step(task, inputs)
        if not (task.caching_options.enable_cache and self._options.caching):
            return self._tried(step, task, run), State.SUCCEEDED
        fingerprint = caching.fingerprint(self._names.pipeline, step)
        if cached := self._metadata.cached(fingerprint):
            return cached, State.CACHED
        outputs = self._tried(step, task, run)
        self._metadata.remember(fingerprint, outputs)
        return outputs, State.SUCCEEDED

    def _step(self, task: Message, inputs: Inputs) -> Step:
        """What the pod is told: the outputs are of this run of the task, whatever the attempt."""
        component = self._submission.component(task)
        label = component.executor_label
        name = task.task_info.name
        prefix = f"{self._names.prefix(self._options.pipeline_root, name)}/{uuid.uuid4()}"
        return Step(
            name=name,
            component=component,
            container=self._submission.executors[label].container,
            kubernetes=self._submission.kubernetes.get(
                label, kubernetes_pb2.KubernetesExecutorConfig()
            ),
            executor_input=executor_input(component, inputs, prefix),
        )

    def _tried(self, step: Step, task: Message, run: TaskRun) -> Outputs:
        """The first attempt's outputs that succeeds."""
        policy = RetryPolicy.of(task)
        start = time.monotonic()
        for attempt in itertools.count():
            try:
                return self._attempt(step, run)
            except (LauncherFailed, PodLost) as error:
                refusal = policy.refusal(attempt, time.monotonic() - start)
                if refusal:
                    raise type(error)(
                        f"{error} ({refusal})" if policy.retries else error
                    ) from error
                run.reason = str(error)
                self._options.listener(run)
                time.sleep(min(policy.wait(attempt), self._options.longest_wait))
        raise AssertionError("an endless loop has ended")

    def _attempt(self, step: Step, run: TaskRun) -> Outputs:
        """One pod, from its start to its end."""
        run.attempts += 1
        run.log = self._workdir / "logs" / self._names.id / f"{step.name}-{run.attempts}.log"
        if run.attempts > 1:
            run.reason = ""
            self._options.listener(run)
        folder = self._workdir / "pods" / self._names.id / step.name
        with Pod(folder, run.log, volumes=self._workdir / "volumes") as pod:
            try:
                return self._launcher.launch(step, pod)
            except (LauncherFailed, PodLost) as error:
                pod.say(str(error))
                raise
            finally:
                run.warnings = pod.warnings

    def _import(self, component: Message, importer: Message, inputs: Inputs) -> Outputs:
        """Registers the artifact that the importer names, or finds it registered."""
        place = importer.artifact_uri
        if place.WhichOneof("value") == "runtime_parameter":
            uri = inputs.parameters.get(place.runtime_parameter)
        else:
            uri = filled(json_format.MessageToDict(place).get("constant"), inputs.parameters)
        if not isinstance(uri, str) or not uri:
            raise DriverFailed(f"the importer's URI is {uri!r}: give it a text")
        metadata = filled(json_format.MessageToDict(importer.metadata), inputs.parameters)
        register = self._metadata.record if importer.reimport else self._metadata.imported
        keys = component.output_definitions.artifacts
        return Outputs({key: register(key, uri, metadata) for key in keys})


def filled(value: Any, given: Mapping[str, Any]) -> Any:
    """The value with the input parameters that it names."""
    if isinstance(value, dict):
        return {key: filled(item, given) for key, item in value.items()}
    if isinstance(value, str):
        for name, found in given.items():
            value = value.replace(f"{{{{$.inputs.parameters['{name}']}}}}", parameters.text(found))
    return value
