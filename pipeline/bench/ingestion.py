"""Ingestion as a run does it, timed: the component's own executor, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfx import types
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts

from components.artifacts import Rejects
from components.image_example_gen import ImageExampleGen, IngestionExecutor
from components.ingestion import summary
from components.ingestion.summary import Summary
from pipeline.bench.timing import Lap, timed
from pipeline.settings import IN_PROCESS
from trainer.config import DataConfig


@dataclass(frozen=True)
class Ingested:
    """Where one ingestion wrote, and what it took."""

    examples: str
    rejects: str
    lap: Lap  # Its items are the files found.

    @property
    def summary(self) -> Summary:
        """What it found."""
        return summary.read(self.rejects)

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes found."""
        return tuple(self.summary.classes)

    def files(self, split: str) -> tuple[str, ...]:
        """Patterns of a split's files."""
        return (f"{self.examples}/Split-{split}/*",)


def ingest(folder: Path, out: Path, data: DataConfig) -> Ingested:
    """Ingests the folder into `out`. Raises DataError where it is not one to ingest."""
    examples, table = standard_artifacts.Examples(), Rejects()
    examples.uri, table.uri = str(out / "examples"), str(out / "rejects")
    for artifact in (examples, table):
        Path(artifact.uri).mkdir(parents=True)
    properties = ImageExampleGen(str(folder.resolve()), data).exec_properties
    outputs: dict[str, list[types.Artifact]] = {"examples": [examples], "rejects": [table]}

    def work() -> int:
        context = BaseBeamExecutor.Context(beam_pipeline_args=list(IN_PROCESS), tmp_dir=str(out))
        IngestionExecutor(context).Do({}, outputs, dict(properties))
        return sum(summary.read(table.uri).files.values())

    return Ingested(examples.uri, table.uri, timed(work))
