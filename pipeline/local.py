"""Runs the graph in this process, on Beam's in-process runner."""

from __future__ import annotations

from dataclasses import replace

import tensorflow as tf
from rich.console import Console
from tfx import v1 as tfx

from components import image_folder
from pipeline import outputs, results
from pipeline.graph import create_pipeline
from pipeline.pins import pin, push_again
from pipeline.progress import shown
from pipeline.results import RunResult
from pipeline.settings import Settings
from trainer.config import Experiment


def run(experiment: Experiment, settings: Settings, console: Console) -> RunResult:
    """Runs what is not done yet, says on the console what runs, and reads the result.

    Raises DataError for input that the user has to mend.
    """
    experiment = with_found_classes(experiment, settings.data)
    settings = replace(settings, fingerprint=image_folder.fingerprint(settings.data))
    run_graph(experiment, settings, console)
    result = results.read(settings.workdir)
    if result.pushed_to and not tf.io.gfile.isdir(result.pushed_to):
        console.print(f"{result.pushed_to} was pushed before and is gone: pushing again.")
        push_again(settings.workdir)
        run_graph(experiment, settings, console)
        result = results.read(settings.workdir)
    return result


def run_graph(experiment: Experiment, settings: Settings, console: Console) -> None:
    """Runs each component whose inputs or properties changed, in this process."""
    settings, same_code = pin(experiment, settings)
    graph = create_pipeline(experiment, settings)
    graph.enable_cache = same_code
    database = outputs.database(settings.workdir)
    graph.metadata_connection_config = tfx.orchestration.metadata.sqlite_metadata_connection_config(
        database
    )
    with shown(console, [component.id for component in graph.components]):
        tfx.orchestration.LocalDagRunner().run(graph)


def with_found_classes(experiment: Experiment, data: str) -> Experiment:
    """The experiment with the folder's classes for labels, unless it names its own."""
    if experiment.data.classes:
        return experiment
    classes = image_folder.find(data).classes
    return replace(experiment, data=replace(experiment.data, classes=classes))
