"""Runs the graph up to one of its steps, on the engine that the settings name."""

from __future__ import annotations

from pathlib import Path

from tfx import v1 as tfx
from tfx.orchestration import pipeline

from pipeline.graph import create_pipeline
from pipeline.local import metadata
from pipeline.local.metadata import Step
from pipeline.settings import Settings
from trainer.config import Experiment

# Steps that need no other are named too: TFX would look for their results in a run before.
LAST = {"StatisticsGen": ("StatisticsGen", "CuratedSchema"), "Transform": ("Transform",)}


def run_to(last: str, experiment: Experiment, settings: Settings) -> dict[str, Step]:
    """Runs the components up to `last`, and says what each made and took."""
    Path(settings.workdir).mkdir(parents=True, exist_ok=True)
    graph = create_pipeline(experiment, settings)
    sqlite = tfx.orchestration.metadata.sqlite_metadata_connection_config
    graph.metadata_connection_config = sqlite(metadata.database(settings.workdir))
    options = pipeline.RunOptions(to_nodes=list(LAST[last]))
    tfx.orchestration.LocalDagRunner().run(graph, run_options=options)
    return metadata.last_run(settings.workdir)
