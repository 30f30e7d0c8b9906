"""Runs the graph in this process, on Beam's in-process runner."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console
from tfx import v1 as tfx

from components import image_folder
from pipeline import outputs, results
from pipeline.graph import create_pipeline
from pipeline.pins import pin, remember_push
from pipeline.progress import shown
from pipeline.results import RunResult
from pipeline.settings import Settings
from trainer.config import Experiment


def run(experiment: Experiment, settings: Settings, console: Console) -> RunResult:
    """Runs what is not done yet, says on the console what runs, and reads the result.

    Raises DataError for input that the user has to mend.
    """
    experiment = with_found_classes(experiment, settings.data)
    fingerprint = image_folder.fingerprint(settings.data)
    settings = replace(settings, fingerprint=fingerprint)
    settings, same_code = pin(experiment, settings)
    graph = create_pipeline(experiment, settings)
    graph.enable_cache = same_code
    graph.metadata_connection_config = tfx.orchestration.metadata.sqlite_metadata_connection_config(
        outputs.database(settings.workdir)
    )
    with shown(console, [component.id for component in graph.components]):
        tfx.orchestration.LocalDagRunner().run(graph)
    result = results.read(settings.workdir)
    remember_push(settings.workdir, result.pushed_to)
    return result


def with_found_classes(experiment: Experiment, data: str) -> Experiment:
    """The experiment with the folder's classes for labels, unless it names its own."""
    if experiment.data.classes:
        return experiment
    classes = image_folder.find(data).classes
    return replace(experiment, data=replace(experiment.data, classes=classes))
