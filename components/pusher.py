"""TFX's Pusher, changed so that a version is complete when it becomes visible.

The version also carries the evaluation that it passed.
"""

import os
import platform
import re
import time
import uuid
from pathlib import Path
from typing import Any

import tensorflow as tf
from tfx import types
from tfx.components.pusher import executor
from tfx.dsl.components.base import executor_spec
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.orchestration.data_types import RuntimeParameter
from tfx.proto.pusher_pb2 import PushDestination
from tfx.types import artifact_utils, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ExecutionParameter
from tfx.utils import io_utils, proto_utils

from components import serving_folder
from components.metrics import evaluation_record

STAGING = ".partial"  # Prefix of staging folders. Servers look for integers only.
LEFTOVER = 24 * 60 * 60  # Seconds after which a push has certainly ended.


class PusherExecutor(executor.Executor):
    """Pushes to a staging folder, then renames: TF Serving may look at any moment."""

    def Do(  # noqa: N802
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Pushes as TFX does, unless the model is already served.

        A run that was killed after its push repeats this step.

        The rename is atomic on a file system, not on an object store.
        """
        folder = exec_properties["served_folder"].rstrip("/")
        clear_leftovers(folder)
        if self.CheckBlessing(input_dict):
            model = self.GetModelPath(input_dict)
            version = serving_folder.find_copy(folder, model)
            if version is not None:
                pushed = artifact_utils.get_single_instance(output_dict["pushed_model"])
                io_utils.copy_dir(model, pushed.uri)
                self._MarkPushed(pushed, f"{folder}/{version}", str(version))
                return
        self._push(folder, input_dict, output_dict, exec_properties)

    def _push(
        self,
        folder: str,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        staging = name_staging(folder)
        push = PushDestination(filesystem=PushDestination.Filesystem(base_directory=staging))
        try:
            staged = {"push_destination": proto_utils.proto_to_json(push)}
            super().Do(input_dict, output_dict, {**exec_properties, **staged})
            pushed = artifact_utils.get_single_instance(output_dict["pushed_model"])
            if pushed.get_int_custom_property("pushed"):
                add_evaluation(pushed, input_dict.get("evaluation", []), staging)
                publish(pushed, folder, staging)
        finally:
            if tf.io.gfile.exists(staging):
                tf.io.gfile.rmtree(staging)


def name_staging(folder: str) -> str:
    """Returns a folder for one push. Its name contains the time and the process."""
    owner = f"{os.getpid()}-{name_pid_namespace()}"
    return f"{folder}/{STAGING}-{int(time.time())}-{owner}-{uuid.uuid4().hex}"


def name_pid_namespace() -> str:
    """Names the boot and the PID namespace, in which process IDs are unique."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:  # Not Linux.
        return platform.node()


def clear_leftovers(folder: str) -> None:
    """Removes the staging folders of killed pushes, but not those of runs that may be pushing."""
    names = tf.io.gfile.listdir(folder) if tf.io.gfile.isdir(folder) else []
    for name in (name.rstrip("/") for name in names):
        staged = re.fullmatch(rf"{re.escape(STAGING)}-(\d+)-(\d+)-(.*)-[0-9a-f]+", name)
        if staged and is_left_over(int(staged[1]), int(staged[2]), staged[3]):
            tf.io.gfile.rmtree(f"{folder}/{name}")


def is_left_over(since: int, process: int, namespace: str) -> bool:
    """Whether a push is too old to be under way, or its process has ended."""
    if since < time.time() - LEFTOVER:
        return True
    if namespace != name_pid_namespace():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # It is another user's.
        return False
    return False


def add_evaluation(pushed: types.Artifact, evaluations: list[types.Artifact], staging: str) -> None:
    """Writes the evaluation, if there is one, into the staged version."""
    for evaluation in evaluations:
        version = pushed.get_string_custom_property("pushed_version")
        evaluation_record.write(f"{staging}/{version}", evaluation.uri)


def publish(pushed: types.Artifact, folder: str, staging: str) -> None:
    """Moves the staged version to the served folder as the newest: servers serve that one."""
    second = pushed.get_string_custom_property("pushed_version")
    version = max(int(second), *(older + 1 for older in serving_folder.list_versions(folder)), 0)
    version = rename_to_free(f"{staging}/{second}", folder, version)
    pushed.set_string_custom_property("pushed_destination", f"{folder}/{version}")
    pushed.set_string_custom_property("pushed_version", str(version))


def rename_to_free(source: str, folder: str, version: int) -> int:
    """Renames to this version, or to the next that no other run has taken."""
    while True:
        try:
            tf.io.gfile.rename(source, f"{folder}/{version}")
            return version
        except (tf.errors.AlreadyExistsError, tf.errors.FailedPreconditionError):
            if not tf.io.gfile.exists(f"{folder}/{version}"):
                raise
            version += 1


class PusherSpec(types.ComponentSpec):
    """A plain path, not TFX's message: a run on Kubeflow may give another folder."""

    PARAMETERS = {  # noqa: RUF012
        "served_folder": ExecutionParameter(type=str),
        "attempt": ExecutionParameter(type=str),  # Only for the cache to compare.
    }
    INPUTS = {  # noqa: RUF012
        "model_blessing": ChannelParameter(type=standard_artifacts.ModelBlessing),
        "infra_blessing": ChannelParameter(type=standard_artifacts.InfraBlessing),
        "evaluation": ChannelParameter(type=standard_artifacts.ModelEvaluation, optional=True),
    }
    OUTPUTS = {  # noqa: RUF012
        "pushed_model": ChannelParameter(type=standard_artifacts.PushedModel),
    }


class Pusher(BaseComponent):
    """Pushes ModelServable's copy to the model's folder, if both blessings are given."""

    SPEC_CLASS = PusherSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(PusherExecutor)

    def __init__(
        self,
        *,
        model_blessing: types.BaseChannel,  # type: ignore[type-arg]
        infra_blessing: types.BaseChannel,  # type: ignore[type-arg]
        evaluation: types.BaseChannel | None = None,  # type: ignore[type-arg]
        served_folder: str | RuntimeParameter,
        attempt: str = "",
    ) -> None:
        """A different `attempt` makes it push the same model again."""
        spec = PusherSpec(
            model_blessing=model_blessing,
            infra_blessing=infra_blessing,
            evaluation=evaluation,
            served_folder=served_folder,
            attempt=attempt,
            pushed_model=types.Channel(type=standard_artifacts.PushedModel),
        )
        super().__init__(spec=spec)
