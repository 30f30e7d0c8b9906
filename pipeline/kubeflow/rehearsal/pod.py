"""Simulates a pod: a step's process group, its empty disk and its log. Only the log remains."""

from __future__ import annotations

import contextlib
import json
import os
import posixpath
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from google.protobuf.message import Message
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
from kfp.pipeline_spec.pipeline_spec_pb2 import ComponentSpec, ExecutorInput

from pipeline import guard
from pipeline.kubeflow.compiled import Container
from pipeline.kubeflow.lint import volumes
from pipeline.kubeflow.lint.places import parse_fields
from pipeline.kubeflow.messages import as_json
from pipeline.kubeflow.rehearsal.outcome import LauncherFailed, PodLost

CHECKPOINTS = "checkpoints"  # A field of a parameter that is a JSON object.


@dataclass(frozen=True)
class ResolvedStep:
    """A step with the values of its inputs."""

    name: str
    component: ComponentSpec
    container: Container
    kubernetes: KubernetesExecutorConfig
    executor_input: ExecutorInput


class Pod:
    """One attempt of a step. Use it in a `with` block."""

    def __init__(self, folder: Path, log: Path, *, volumes: Path, attempt: int) -> None:
        self.folder = folder
        self.log = log
        self.attempt = attempt  # From 1.
        self.volumes = volumes  # Contains a folder for each claim; they outlive the pod.
        self.name = log.stem
        self.staged = folder / "staged"  # In place of the root of the pod's file system.
        self.work = folder / "work"
        self.temporary = folder / "tmp"
        self.home = folder / "no-home"  # Never created: the image's user has no home either.
        self.outputs = folder / "kfp"
        self.warnings: list[str] = []
        self._output = b""

    def __enter__(self) -> Pod:
        self.folder.mkdir(parents=True)  # All attempts have the same path, and an empty disk.
        for folder in (self.staged, self.work, self.temporary, self.outputs, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def warn(self, text: str) -> None:
        """Reports a flaw that the launcher accepts."""
        self.warnings.append(text)
        self.write_log(text)

    def write_log(self, text: str) -> None:
        """Writes one of the launcher's own lines to the log."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"[launcher] {text}\n")

    def run(self, command: Sequence[str], environment: Mapping[str, str], deadline: int) -> None:
        """Runs the step for at most `deadline` seconds; 0 sets no limit.

        Raises LauncherFailed for an exit code, PodLost for a signal and after the deadline.
        """
        with self.log.open("ab") as log:
            start = log.tell()
            try:
                code = run_process(
                    command, folder=self.work, environment=environment, log=log, limit=deadline
                )
            except subprocess.TimeoutExpired as error:
                raise PodLost(
                    f"killed after its activeDeadlineSeconds, {deadline}: give it more time"
                ) from error
            except OSError as error:
                raise LauncherFailed(f"cannot start {command[0]!r}: {error}") from error
        self._output = self.log.read_bytes()[start:]
        if code < 0:
            raise PodLost(
                f"killed by signal {-code} ({signal.strsignal(-code)}), "
                f"like a pod that is evicted or out of memory"
            )
        if code:
            raise LauncherFailed(f"exit status {code}")

    def save_output(self, target: Path) -> None:
        """Writes the step's own output into a file."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self._output)


def run_process(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    log: object,
    limit: int,
) -> int:
    """Runs a command in its own process group, and kills what is left of the group at the end."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, **guard.list_marks()},
        stdin=subprocess.DEVNULL,
        stdout=log,  # type: ignore[call-overload]
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        return process.wait(limit or None)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def move_checkpoints(executor_input: Message, step: ResolvedStep, pod: Pod) -> None:
    """Replaces the checkpoint folders in the step's parameters by folders of this machine."""
    for value in executor_input.inputs.parameter_values.values():
        fields = parse_fields(value.string_value)
        folder = fields.get(CHECKPOINTS)
        if isinstance(folder, str) and folder.startswith("/"):
            moved = {**fields, CHECKPOINTS: str(map_folder(folder, step, pod))}
            value.string_value = json.dumps(moved)


def map_folder(folder: str, step: ResolvedStep, pod: Pod) -> Path:
    """This machine's path for a folder of the pod, on a claim's volume or the pod's own disk."""
    path = posixpath.normpath(folder).lstrip("/")
    mount = volumes.find_mount(folder, step.kubernetes)
    if mount is None or mount.ends_with_pod:
        return pod.staged / path
    return pod.volumes / mount.name / posixpath.relpath(f"/{path}", mount.path)


def read_constant(parameter: Message) -> str:
    """The value of an input if it is written into the YAML; else an empty string."""
    return str(as_json(parameter.runtime_value).get("constant", ""))
