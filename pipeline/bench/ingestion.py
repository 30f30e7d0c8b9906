"""Times ingestion as a run does it: the component's executor, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.bench.timing import Lap, time_work
from pipeline.local import ingestion
from pipeline.local.ingestion import Ingested
from trainer.config import DataConfig


@dataclass(frozen=True)
class IngestionRun(Ingested):
    """The folders of one ingestion, and its time."""

    lap: Lap  # Its items are the files found.


def ingest(folder: Path, out: Path, data: DataConfig) -> IngestionRun:
    """Ingests the folder into `out`. Raises DataError if it has no images to ingest."""
    found: list[Ingested] = []

    def work() -> int:
        found.append(ingestion.ingest(folder, out, data))
        return sum(found[0].summary.files.values())

    lap = time_work(work)
    return IngestionRun(found[0].examples, found[0].rejects, lap)
