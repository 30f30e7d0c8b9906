"""Ingests the folder as `fcn run` does, into the run's own folder: the run does not do it again."""

from __future__ import annotations

from typing import NamedTuple

from components.ingestion import summary
from components.ingestion.summary import Summary
from pipeline.local import metadata, partial_run, results
from pipeline.local import run as local_run
from pipeline.settings import Settings
from trainer.config import Experiment

STEP = "ImageExampleGen"


class Ingested(NamedTuple):
    """The counts of ingestion, and where its examples are."""

    summary: Summary
    examples: str

    def find_files(self, split: str) -> list[str]:
        """Patterns of a split's record files."""
        return [f"{self.examples}/Split-{split}/*"]


def ingest(experiment: Experiment, settings: Settings) -> Ingested:
    """Runs the graph's first step. Raises DataError for a folder that cannot be trained on."""
    with local_run.lock_workdir(settings.workdir):
        metadata.check_database(settings.workdir)
        settings = local_run.add_fingerprint(settings)
        steps = partial_run.run_to(STEP, experiment, settings)
    counts = summary.read(results.find_output(steps, STEP, "rejects"))
    return Ingested(counts, results.find_output(steps, STEP, "examples"))
