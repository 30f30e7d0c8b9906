"""Runs the graph in this process, on the engine of the settings."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import tensorflow as tf
from rich.console import Console
from tfx.orchestration.local.local_dag_runner import LocalDagRunner

from components import atomic_text
from components.errors import DataError
from components.ingestion import image_folder
from pipeline.local import metadata, results, reuse
from pipeline.local.local_graph import make_local_graph
from pipeline.local.progress import show_progress
from pipeline.local.results import RunResult
from pipeline.settings import Settings
from serving.printable import markup
from trainer.config import Experiment


def run(experiment: Experiment, settings: Settings, console: Console) -> RunResult:
    """Runs the steps whose inputs have changed, prints their progress, and reads the result.

    Raises DataError for bad input, and if another run uses the working directory.
    """
    with lock_workdir(settings.workdir):
        metadata.check_database(settings.workdir)
        return run_with_pin(experiment, settings, console)


@contextmanager
def lock_workdir(workdir: str) -> Iterator[None]:
    """Locks the working directory; the lock is released with the process, even after a crash.

    Raises DataError if another run holds the lock.
    """
    with Path(workdir, "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(
                "workdir_in_use",
                f"Another run is using {workdir}: wait until it ends, or give another --workdir.",
            ) from error
        yield


def run_with_pin(experiment: Experiment, settings: Settings, console: Console) -> RunResult:
    """Runs with the last run's pin if nothing has changed, and writes the pin."""
    experiment = fill_classes(experiment, settings)
    settings = add_fingerprint(settings)
    pinned = reuse.choose_pin(experiment, settings)
    reuse.begin(settings.workdir, pinned)
    result = run_graph(experiment, reuse.apply_pin(settings, pinned), console)
    if result.pushed_to and not tf.io.gfile.isdir(result.pushed_to):
        console.print(f"{markup(result.pushed_to)} is missing: pushing it again.")
        pinned = reuse.push_again(pinned)
        reuse.begin(settings.workdir, pinned)
        result = run_graph(experiment, reuse.apply_pin(settings, pinned), console)
    reuse.finish(settings.workdir, pinned, result.version)
    return result


def add_fingerprint(settings: Settings) -> Settings:
    """The settings with a digest of the data and the code: if it changes, all steps run again."""
    files = image_folder.compute_fingerprint(settings.data, follow_links=settings.follow_links)
    corrections = atomic_text.read(settings.corrections) if settings.corrections else ""
    parts = [files, reuse.digest_code(), corrections]
    return replace(settings, fingerprint=reuse.compute_digest(parts))


def run_graph(experiment: Experiment, settings: Settings, console: Console) -> RunResult:
    """Runs each component whose inputs or properties have changed."""
    graph = make_local_graph(experiment, settings)
    with show_progress(console, [component.id for component in graph.components]):
        LocalDagRunner().run(graph)
    return results.read(settings.workdir, experiment.task)


def fill_classes(experiment: Experiment, settings: Settings) -> Experiment:
    """The experiment with the folder's classes, unless it has its own."""
    if experiment.data.classes:
        return experiment
    classes = image_folder.find(settings.data, follow_links=settings.follow_links).classes
    return replace(experiment, data=replace(experiment.data, classes=classes))
