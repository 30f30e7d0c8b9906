"""Plays the launcher: stages a step's inputs, runs it, and uploads what it left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from kfp.pipeline_spec import pipeline_spec_pb2

from pipeline.kubeflow.rehearsal import checkpoints, parameters, placeholders
from pipeline.kubeflow.rehearsal.driver import LOGS
from pipeline.kubeflow.rehearsal.environment import environment
from pipeline.kubeflow.rehearsal.failures import LauncherFailed
from pipeline.kubeflow.rehearsal.metadata import Metadata
from pipeline.kubeflow.rehearsal.options import Options
from pipeline.kubeflow.rehearsal.outcome import Artifact, Outputs
from pipeline.kubeflow.rehearsal.pod import Pod
from pipeline.kubeflow.rehearsal.step import Step
from pipeline.kubeflow.rehearsal.store import ObjectStore, bucket, staged_path

NEEDS_ENDPOINT = ("minio://", "s3://")  # Buckets that the launcher only opens by its session.


class Launcher:
    """Between the object store and a pod's disk."""

    def __init__(self, options: Options, store: ObjectStore, metadata: Metadata) -> None:
        self._options = options
        self._store = store
        self._metadata = metadata

    def launch(self, step: Step, pod: Pod) -> Outputs:
        """Runs the step in the pod; raises LauncherFailed or PodLost."""
        told = in_pod(step, pod)
        variables = environment(step, pod, self._options)
        for name, found in told.inputs.artifacts.items():
            self._download(name, found.artifacts[0].uri, pod)
        for found in told.outputs.artifacts.values():
            make_parent(found.artifacts[0].uri, pod)
        words = placeholders.command(step, told, pod.staged)
        try:
            pod.run(words, variables, step.kubernetes.active_deadline_seconds)
            return self._published(step, told, pod)
        except LauncherFailed:
            self._upload_logs(told, pod)
            raise

    def _download(self, name: str, uri: str, pod: Pod) -> None:
        """Copies all objects below an input's URI; nothing there is nothing copied."""
        target = staged_path(uri, pod.staged)
        if target is None:
            pod.warn(f"Input {name!r} has no recognized storage URI ({uri}): it is not staged.")
            return
        self._open(name, uri)
        objects = self._store.below(uri)
        if not objects:
            pod.warn(f"Nothing is stored at {uri}: the step starts without its input {name!r}.")
        for found in objects:
            try:
                copy(self._store, found, target / found[len(uri) :].lstrip("/"))
            except OSError as error:
                raise LauncherFailed(
                    f"failed to download input artifact {name!r} from remote storage URI {uri!r}: "
                    f"{error}"
                ) from error

    def _open(self, name: str, uri: str) -> None:
        """Refuses a bucket of which the launcher knows no endpoint and no keys."""
        if uri.startswith(NEEDS_ENDPOINT) and bucket(uri) != bucket(self._options.pipeline_root):
            raise LauncherFailed(
                f"failed to open bucket for artifact {name!r} with uri {uri!r}: Invalid region. "
                f"The run's root is {self._options.pipeline_root}: after a change of root, "
                f"run once with caching off"
            )

    def _published(self, step: Step, told: Message, pod: Pod) -> Outputs:
        """Uploads and registers the outputs, with what the step says of them."""
        said = executor_output(Path(told.outputs.output_file))
        values = output_parameters(step, told, said)
        pod.save_logs(local(logs_uri(told), pod))
        artifacts = {}
        for key, found in told.outputs.artifacts.items():
            if said.artifacts[key].artifacts:
                merge(found.artifacts[0], said.artifacts[key].artifacts[0])
            artifacts[key] = self._upload(key, found.artifacts[0], pod)
        return Outputs(artifacts, values)

    def _upload(self, key: str, artifact: Message, pod: Pod) -> Artifact:
        """Stores an output's files and registers it, whether it has files or not."""
        source = staged_path(artifact.uri, pod.staged)
        if source is None:
            pod.warn(f"Output {key!r} has no recognized storage URI ({artifact.uri}): not stored.")
        elif not artifact.uri.startswith(f"{self._options.pipeline_root.rstrip('/')}/"):
            raise LauncherFailed(
                f"failed to upload output artifact {key!r}: {artifact.uri!r} is not below the "
                f"pipeline root {self._options.pipeline_root}"
            )
        elif not source.exists():
            pod.warn(f"Local filepath {str(source)!r} of the output {key!r} does not exist.")
        else:
            self._store_files(source, artifact.uri)
        return self._metadata.record(
            key, artifact.uri, json_format.MessageToDict(artifact.metadata)
        )

    def _store_files(self, source: Path, uri: str) -> None:
        """Stores a file, or all files of a folder: there is no key for an empty one."""
        if source.is_file():
            self._store.put(uri, source)
            return
        for path in sorted(source.rglob("*")):
            if path.is_file():
                self._store.put(f"{uri}/{path.relative_to(source).as_posix()}", path)

    def _upload_logs(self, told: Message, pod: Pod) -> None:
        """All that is kept of a step that failed."""
        pod.save_logs(local(logs_uri(told), pod))
        self._store.put(logs_uri(told), local(logs_uri(told), pod))


def copy(store: ObjectStore, uri: str, target: Path) -> None:
    """Copies one object; raises OSError as the launcher fails at a key that ends in a slash."""
    if uri.endswith("/"):
        raise IsADirectoryError(
            f"downloadFile(): unable to complete copying {uri!r} to local storage {str(target)!r}: "
            f"is a directory. A step put this marker into the store: write artifacts to the staged "
            f"path, never to the store itself"
        )
    store.get(uri, target)


def in_pod(step: Step, pod: Pod) -> Message:
    """The step's input with the places in this pod that it answers to."""
    message = pipeline_spec_pb2.ExecutorInput()
    message.CopyFrom(step.executor_input)
    checkpoints.bring_here(message, step, pod)
    message.outputs.output_file = str(pod.outputs / "output_metadata.json")
    for key, parameter in message.outputs.parameters.items():
        parameter.output_file = str(pod.outputs / "parameters" / key)
        Path(parameter.output_file).parent.mkdir(exist_ok=True)
    return message


def make_parent(uri: str, pod: Pod) -> None:
    """Makes the folder that an output's path lies in."""
    local(uri, pod).parent.mkdir(parents=True, exist_ok=True)


def local(uri: str, pod: Pod) -> Path:
    """Where an output is staged; raises LauncherFailed for a root that has no such place."""
    path = staged_path(uri, pod.staged)
    if path is None:
        raise LauncherFailed(
            f"failed to generate local path for URI {uri}: unsupported storage scheme; "
            f"give a pipeline root of gs://, s3:// or minio://"
        )
    return path


def logs_uri(told: Message) -> str:
    """Where the step's log goes."""
    return str(told.outputs.artifacts[LOGS].artifacts[0].uri)


def executor_output(path: Path) -> Message:
    """What the step says of its outputs; nothing if it says nothing."""
    said = pipeline_spec_pb2.ExecutorOutput()
    if path.exists():
        try:
            json_format.Parse(path.read_text(encoding="utf-8"), said)
        except (json_format.ParseError, UnicodeDecodeError) as error:
            raise LauncherFailed(f"failed to unmarshall ExecutorOutput: {error}") from error
    return said


def merge(artifact: Message, said: Message) -> None:
    """Takes over the step's URI and metadata."""
    if said.uri:
        artifact.uri = said.uri
    artifact.metadata.update(json_format.MessageToDict(said.metadata))


def output_parameters(step: Step, told: Message, said: Message) -> Mapping[str, Any]:
    """The output parameters, from what the step says or from their files."""
    found = dict(json_format.MessageToDict(said).get("parameterValues", {}))
    declared = step.component.output_definitions.parameters
    for key in set(told.outputs.parameters) - set(found):
        try:
            written = Path(told.outputs.parameters[key].output_file).read_text(encoding="utf-8")
            found[key] = parameters.from_text(written, declared[key].parameter_type)
        except (OSError, ValueError) as error:
            raise LauncherFailed(f"failed to read output parameter {key!r}: {error}") from error
    return found
