"""Runs the graph up to one of its steps, on the engine of the settings."""

from __future__ import annotations

from pathlib import Path

from tfx.orchestration import pipeline
from tfx.orchestration.local.local_dag_runner import LocalDagRunner

from pipeline.local import metadata
from pipeline.local.local_graph import make_local_graph
from pipeline.local.metadata import FinishedStep
from pipeline.settings import Settings
from trainer.config import Experiment

# A step without inputs is listed too: otherwise TFX looks for its results in an earlier run.
LAST = {
    "ImageExampleGen": ("ImageExampleGen", "CuratedSchema"),
    "StatisticsGen": ("StatisticsGen", "CuratedSchema"),
    "Transform": ("Transform",),
}


def run_to(last: str, experiment: Experiment, settings: Settings) -> dict[str, FinishedStep]:
    """Runs the components up to `last`; returns their results and times."""
    Path(settings.workdir).mkdir(parents=True, exist_ok=True)
    graph = make_local_graph(experiment, settings)
    options = pipeline.RunOptions(to_nodes=list(LAST[last]))
    LocalDagRunner().run(graph, run_options=options)
    return metadata.read_last_run(settings.workdir)
