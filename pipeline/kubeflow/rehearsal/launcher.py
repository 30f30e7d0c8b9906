"""Simulates the launcher: downloads a step's inputs, runs it, and uploads its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from kfp.pipeline_spec.pipeline_spec_pb2 import ExecutorInput, ExecutorOutput

from pipeline.kubeflow.backend import LOGS, find_log_uri
from pipeline.kubeflow.messages import as_json
from pipeline.kubeflow.rehearsal import parameters
from pipeline.kubeflow.rehearsal.environment import Secrets, build_environment
from pipeline.kubeflow.rehearsal.metadata import Metadata
from pipeline.kubeflow.rehearsal.outcome import Artifact, LauncherFailed, TaskOutputs
from pipeline.kubeflow.rehearsal.pod import Pod, ResolvedStep, move_checkpoints
from pipeline.kubeflow.rehearsal.store import ObjectStore, find_bucket, find_staged_path

NEEDS_ENDPOINT = ("minio://", "s3://")  # The run's root names the endpoint of their bucket.


class Launcher:
    """Copies between the object store and a pod's disk."""

    def __init__(
        self, store: ObjectStore, metadata: Metadata, *, pipeline_root: str, secrets: Secrets
    ) -> None:
        self._store = store
        self._metadata = metadata
        self._root = pipeline_root
        self._secrets = secrets

    def launch(self, step: ResolvedStep, pod: Pod) -> TaskOutputs:
        """Runs the step in the pod; raises LauncherFailed or PodLost."""
        executor_input = prepare_input(step, pod)
        environment = build_environment(step, pod, self._secrets)
        for name, found in executor_input.inputs.artifacts.items():
            self._download(name, found.artifacts[0].uri, pod)
        for found in executor_input.outputs.artifacts.values():
            output = require_staged_path(found.artifacts[0].uri, pod)
            output.parent.mkdir(parents=True, exist_ok=True)
        command = parameters.fill_command(step, executor_input, pod.staged)
        try:
            pod.run(command, environment, step.kubernetes.active_deadline_seconds)
            reported = read_executor_output(Path(executor_input.outputs.output_file))
        except LauncherFailed:
            self._upload_logs(executor_input, pod)
            raise
        return self._publish(step, executor_input, reported, pod)

    def _download(self, name: str, uri: str, pod: Pod) -> None:
        """Copies all objects below an input's URI; an empty place is only a warning."""
        target = find_staged_path(uri, pod.staged)
        if target is None:
            pod.warn(f"Input {name!r} has no recognized storage URI ({uri}): it is not staged.")
            return
        self._check_bucket(name, uri)
        objects = self._store.find_below(uri)
        if not objects:
            pod.warn(f"Nothing is stored at {uri}: the step starts without its input {name!r}.")
        for found in objects:
            try:
                copy_object(self._store, found, target / found[len(uri) :].lstrip("/"))
            except OSError as error:
                raise LauncherFailed(
                    f"failed to download input artifact {name!r} from remote storage URI {uri!r}: "
                    f"{error}"
                ) from error

    def _check_bucket(self, name: str, uri: str) -> None:
        """Refuses a bucket other than the root's: the launcher has no endpoint and keys for it."""
        if uri.startswith(NEEDS_ENDPOINT) and find_bucket(uri) != find_bucket(self._root):
            raise LauncherFailed(
                f"failed to open bucket for artifact {name!r} with uri {uri!r}: Invalid region. "
                f"The run's root is {self._root}: after a change of root, "
                f"run once with caching off"
            )

    def _publish(
        self, step: ResolvedStep, executor_input: ExecutorInput, reported: ExecutorOutput, pod: Pod
    ) -> TaskOutputs:
        """Uploads and registers the outputs, with the step's own metadata of them."""
        values = read_output_parameters(step, executor_input, reported)
        save_logs(executor_input, pod)
        artifacts = {}
        for key, found in executor_input.outputs.artifacts.items():
            if key != LOGS and reported.artifacts[key].artifacts:
                update_artifact(found.artifacts[0], reported.artifacts[key].artifacts[0])
            artifacts[key] = self._upload(key, found.artifacts[0], pod)
        return TaskOutputs(artifacts, values)

    def _upload(self, key: str, artifact: Message, pod: Pod) -> Artifact:
        """Stores an output's files and registers it, even if it has no files."""
        source = find_staged_path(artifact.uri, pod.staged)
        if source is None:
            pod.warn(f"Output {key!r} has no recognized storage URI ({artifact.uri}): not stored.")
        elif not artifact.uri.startswith(f"{self._root.rstrip('/')}/"):
            raise LauncherFailed(
                f"failed to upload output artifact {key!r}: {artifact.uri!r} is not below the "
                f"pipeline root {self._root}: keep the URI that the launcher gives the step"
            )
        elif not source.exists():
            pod.warn(f"Local filepath {str(source)!r} of the output {key!r} does not exist.")
        else:
            self._store_files(source, artifact.uri)
        return self._metadata.record(key, artifact.uri, as_json(artifact.metadata))

    def _store_files(self, source: Path, uri: str) -> None:
        """Stores a file, or all files of a folder. Empty folders are lost: they have no key."""
        if source.is_file():
            self._store.put(uri, source)
            return
        for path in sorted(source.rglob("*")):
            if path.is_file():
                self._store.put(f"{uri}/{path.relative_to(source).as_posix()}", path)

    def _upload_logs(self, executor_input: ExecutorInput, pod: Pod) -> None:
        """Stores and registers the log, the only output of an attempt that failed."""
        if save_logs(executor_input, pod):
            self._upload(LOGS, executor_input.outputs.artifacts[LOGS].artifacts[0], pod)


def copy_object(store: ObjectStore, uri: str, target: Path) -> None:
    """Copies one object. Raises OSError for a key that ends in a slash, as the launcher fails."""
    if uri.endswith("/"):
        raise IsADirectoryError(
            f"downloadFile(): unable to complete copying {uri!r} to local storage {str(target)!r}: "
            f"is a directory. A step wrote this marker into the store: write artifacts to the "
            f"staged path, never to the store itself"
        )
    store.get(uri, target)


def prepare_input(step: ResolvedStep, pod: Pod) -> ExecutorInput:
    """The step's input with this pod's paths for its output files, checkpoints and log."""
    message = ExecutorInput()
    message.CopyFrom(step.executor_input)
    move_checkpoints(message, step, pod)
    if LOGS in message.outputs.artifacts:
        logs = message.outputs.artifacts[LOGS].artifacts[0]
        logs.uri = find_log_uri(logs.uri, pod.attempt)
    message.outputs.output_file = f"{pod.staged}{message.outputs.output_file}"
    for key, parameter in message.outputs.parameters.items():
        parameter.output_file = str(pod.outputs / "parameters" / key)
        Path(parameter.output_file).parent.mkdir(exist_ok=True)
    return message


def require_staged_path(uri: str, pod: Pod) -> Path:
    """The path of an output in the pod. Raises LauncherFailed for an unsupported scheme."""
    path = find_staged_path(uri, pod.staged)
    if path is None:
        raise LauncherFailed(
            f"failed to generate local path for URI {uri}: unsupported storage scheme; "
            f"give a pipeline root of gs://, s3:// or minio://"
        )
    return path


def save_logs(executor_input: ExecutorInput, pod: Pod) -> bool:
    """Writes the log where it is uploaded from. False if the backend publishes no logs."""
    if LOGS not in executor_input.outputs.artifacts:
        return False
    logs = executor_input.outputs.artifacts[LOGS].artifacts[0]
    pod.save_output(require_staged_path(logs.uri, pod))
    return True


def read_executor_output(path: Path) -> ExecutorOutput:
    """The outputs that the step reports; empty if it writes no file."""
    reported = ExecutorOutput()
    if path.exists():
        try:
            json_format.Parse(path.read_text(encoding="utf-8"), reported)
        except (json_format.ParseError, UnicodeDecodeError) as error:
            raise LauncherFailed(f"failed to unmarshall ExecutorOutput: {error}") from error
    return reported


def update_artifact(artifact: Message, reported: Message) -> None:
    """Takes the URI and metadata that the step reports."""
    if reported.uri:
        artifact.uri = reported.uri
    artifact.metadata.update(as_json(reported.metadata))


def read_output_parameters(
    step: ResolvedStep, executor_input: ExecutorInput, reported: ExecutorOutput
) -> Mapping[str, Any]:
    """The output parameters: those that the step reports, the others from their files."""
    found = dict(as_json(reported).get("parameterValues", {}))
    declared = step.component.output_definitions.parameters
    outputs = executor_input.outputs.parameters
    for key in set(outputs) - set(found):
        try:
            text = Path(outputs[key].output_file).read_text(encoding="utf-8")
            found[key] = parameters.parse_text(text, declared[key].parameter_type)
        except (OSError, ValueError) as error:
            raise LauncherFailed(f"failed to read output parameter {key!r}: {error}") from error
    return found
