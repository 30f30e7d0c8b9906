"""The graph with its metadata in a SQLite file of the working directory."""

from __future__ import annotations

from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.orchestration.pipeline import Pipeline

from pipeline.graph import create_pipeline
from pipeline.local import metadata
from pipeline.settings import Settings
from trainer.config import Experiment


def make_local_graph(experiment: Experiment, settings: Settings) -> Pipeline:
    """The graph of an experiment, for a run on this machine."""
    graph = create_pipeline(experiment, settings)
    sqlite = sqlite_metadata_connection_config
    graph.metadata_connection_config = sqlite(metadata.find_database(settings.workdir))
    return graph
