"""Runs the graph in this process, on Beam's in-process runner."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import tensorflow as tf
from rich.console import Console
from rich.markup import escape
from tfx import v1 as tfx

from components.errors import DataError
from components.ingestion import image_folder
from pipeline.graph import create_pipeline
from pipeline.local import metadata, results, reuse
from pipeline.local.progress import shown
from pipeline.local.results import RunResult
from pipeline.settings import Settings
from trainer.config import Experiment


def run(experiment: Experiment, settings: Settings, console: Console) -> RunResult:
    """Runs what is not done yet, says on the console what runs, and reads the result.

    Raises DataError for input that the user has to mend, and where another run is at work.
    """
    with alone(settings.workdir):
        return run_pinned(experiment, settings, console)


@contextmanager
def alone(workdir: str) -> Iterator[None]:
    """Keeps others out of the working directory; the lock ends with the process, however it ends.

    Raises DataError where another run holds it.
    """
    with Path(workdir, "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(
                "workdir_in_use",
                f"Another run is at work in {workdir}: wait for its end, or give "
                "another --workdir.",
            ) from error
        yield


def run_pinned(experiment: Experiment, settings: Settings, console: Console) -> RunResult:
    """The run, held to what the last one was held to if nothing has changed."""
    experiment = with_found_classes(experiment, settings.data)
    fingerprint = reuse.digest([image_folder.fingerprint(settings.data), reuse.code()])
    settings = replace(settings, fingerprint=fingerprint)
    pinned = reuse.pin(experiment, settings)
    result = run_graph(experiment, reuse.held_to(settings, pinned), console)
    if result.pushed_to and not tf.io.gfile.isdir(result.pushed_to):
        console.print(f"{escape(result.pushed_to)} is gone: pushing it again.")
        pinned = reuse.pushing_again(pinned)
        result = run_graph(experiment, reuse.held_to(settings, pinned), console)
    reuse.store(settings.workdir, pinned, result.version)
    return result


def run_graph(experiment: Experiment, settings: Settings, console: Console) -> RunResult:
    """Runs each component whose inputs or properties changed, in this process."""
    graph = create_pipeline(experiment, settings)
    sqlite = tfx.orchestration.metadata.sqlite_metadata_connection_config
    graph.metadata_connection_config = sqlite(metadata.database(settings.workdir))
    with shown(console, [component.id for component in graph.components]):
        tfx.orchestration.LocalDagRunner().run(graph)
    return results.read(settings.workdir, experiment.task)


def with_found_classes(experiment: Experiment, data: str) -> Experiment:
    """The experiment with the folder's classes for labels, unless it names its own."""
    if experiment.data.classes:
        return experiment
    classes = image_folder.find(data).classes
    return replace(experiment, data=replace(experiment.data, classes=classes))
