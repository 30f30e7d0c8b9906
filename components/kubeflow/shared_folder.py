"""Artifacts in a folder that a step shares with Beam's workers elsewhere: copied there and back.

Kubeflow keeps a step's artifacts on the disk of its pod, which the workers of Flink, Spark or
Dataflow do not see.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import tensorflow as tf
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.utils import import_utils

log = logging.getLogger(__name__)


def lent_where_needed(
    invocation: Any, *, folder: str, executor: str
) -> AbstractContextManager[dict[str, str]]:
    """The same as `lent` for executors on Beam, by their class's path, where there is a folder."""
    if not folder or not issubclass(import_utils.import_class_by_path(executor), BaseBeamExecutor):
        return nullcontext({})
    return lent(invocation, folder)


@contextmanager
def lent(invocation: Any, folder: str) -> Iterator[dict[str, str]]:
    """Moves the artifacts of an executor's input into the folder, and its outputs back at the end.

    Gives the places before, by those in the folder. What failed is not copied back. What is in the
    folder is removed at any end that runs `finally`: not by `kill -9`.
    """
    home = f"{folder}/{uuid.uuid4().hex}"
    inputs = moved(invocation.inputs, f"{home}/inputs")
    outputs = moved(invocation.outputs, f"{home}/outputs")
    try:
        for place, before in inputs.items():
            copy(before, place)
        for place in outputs:
            tf.io.gfile.makedirs(place)
        yield {**inputs, **outputs}
        for place, before in outputs.items():
            copy(place, before)
    finally:
        remove(home)


def moved(side: Any, home: str) -> dict[str, str]:
    """Gives each artifact another place. Returns those before, by the new ones."""
    before = {}
    for name, artifacts in side.artifacts.items():
        for number, artifact in enumerate(artifacts.artifacts):
            place = f"{home}/{name}/{number}"
            before[place], artifact.uri = artifact.uri, place
    return before


def remove(home: str) -> None:
    """Removes a folder; what cannot be removed is a warning, as the step has done its work."""
    try:
        if tf.io.gfile.exists(home):
            tf.io.gfile.rmtree(home)
    except (OSError, tf.errors.OpError) as error:
        log.warning("%s was not removed, and may be deleted by hand: %s", home, error)


def copy(source: str, target: str) -> None:
    """Copies a folder with all that is in it, or a file."""
    if not tf.io.gfile.isdir(source):
        tf.io.gfile.makedirs(os.path.dirname(target))
        tf.io.gfile.copy(source, target, overwrite=True)
        return
    for folder, _, files in tf.io.gfile.walk(source):
        into = target + folder.rstrip("/")[len(source.rstrip("/")) :]
        tf.io.gfile.makedirs(into)
        for name in files:
            tf.io.gfile.copy(os.path.join(folder, name), os.path.join(into, name), overwrite=True)
