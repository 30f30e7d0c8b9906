"""Copies artifacts to a folder that a step shares with remote Beam workers, and back.

Kubeflow keeps a step's artifacts on the disk of its pod, which the workers of Flink, Spark or
Dataflow cannot read.
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


def share_if_needed(
    invocation: Any, *, folder: str, executor: str
) -> AbstractContextManager[dict[str, str]]:
    """Calls `share` if a folder is given, and the class path names an executor that uses Beam."""
    if not folder or not issubclass(import_utils.import_class_by_path(executor), BaseBeamExecutor):
        return nullcontext({})
    return share(invocation, folder)


@contextmanager
def share(invocation: Any, folder: str) -> Iterator[dict[str, str]]:
    """Copies the input artifacts into the folder, and the output artifacts back at the end.

    Yields the original URIs by those in the folder. After an error, nothing is copied back. The
    copies are removed whenever `finally` runs, so not after `kill -9`.
    """
    home = f"{folder}/{uuid.uuid4().hex}"
    inputs = replace_uris(invocation.inputs, f"{home}/inputs")
    outputs = replace_uris(invocation.outputs, f"{home}/outputs")
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


def replace_uris(side: Any, home: str) -> dict[str, str]:
    """Gives each artifact a URI in `home`. Returns the original URIs by the new ones."""
    before = {}
    for name, artifacts in side.artifacts.items():
        for number, artifact in enumerate(artifacts.artifacts):
            place = f"{home}/{name}/{number}"
            before[place], artifact.uri = artifact.uri, place
    return before


def remove(home: str) -> None:
    """Removes a folder. A failure is only a warning: the step has done its work."""
    try:
        if tf.io.gfile.exists(home):
            tf.io.gfile.rmtree(home)
    except (OSError, tf.errors.OpError) as error:
        log.warning("%s was not removed: %s. Delete it by hand.", home, error)


def copy(source: str, target: str) -> None:
    """Copies a file, or a folder with all its content."""
    if not tf.io.gfile.isdir(source):
        tf.io.gfile.makedirs(os.path.dirname(target))
        tf.io.gfile.copy(source, target, overwrite=True)
        return
    for folder, _, files in tf.io.gfile.walk(source):
        into = target + folder.rstrip("/")[len(source.rstrip("/")) :]
        tf.io.gfile.makedirs(into)
        for name in files:
            tf.io.gfile.copy(os.path.join(folder, name), os.path.join(into, name), overwrite=True)
