"""TFX's Pusher, but a version is complete when it becomes visible."""

from typing import Any

import tensorflow as tf
from tfx import types
from tfx import v1 as tfx
from tfx.components.pusher import executor
from tfx.dsl.components.base import executor_spec
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils
from tfx.utils import proto_utils

from components import served

STAGING = ".partial"  # Servers look for integers, so they pass it by.


class Executor(executor.Executor):
    """Pushes beside the versions, then renames: TF Serving may look at any moment."""

    def Do(  # noqa: N802
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Does as TFX's Pusher does. An object store has no atomic rename; a file system has."""
        push = pusher_pb2.PushDestination()
        proto_utils.json_to_proto(exec_properties["push_destination"], push)
        folder = push.filesystem.base_directory.rstrip("/")
        push.filesystem.base_directory = staging = f"{folder}/{STAGING}"
        if tf.io.gfile.exists(staging):
            tf.io.gfile.rmtree(staging)
        staged = {"push_destination": proto_utils.proto_to_json(push)}
        super().Do(input_dict, output_dict, {**exec_properties, **staged})
        pushed = artifact_utils.get_single_instance(output_dict["pushed_model"])
        if pushed.get_int_custom_property("pushed"):
            publish(pushed, folder, staging)


def publish(pushed: types.Artifact, folder: str, staging: str) -> None:
    """Moves the staged version to where servers look, as the newest: they serve that one."""
    second = pushed.get_string_custom_property("pushed_version")
    version = max(int(second), *(older + 1 for older in served.versions(folder)), 0)
    destination = f"{folder}/{version}"
    tf.io.gfile.rename(f"{staging}/{second}", destination)
    tf.io.gfile.rmtree(staging)
    pushed.set_string_custom_property("pushed_destination", destination)
    pushed.set_string_custom_property("pushed_version", str(version))


class Pusher(tfx.components.Pusher):
    """Takes the arguments of TFX's Pusher."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)
