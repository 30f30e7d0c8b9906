"""Times ingestion as a run does it: the component's executor, in this process."""

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
from pipeline.bench.timing import Lap, time_work
from pipeline.settings import IN_PROCESS
from trainer.config import DataConfig


@dataclass(frozen=True)
class IngestionRun:
    """The folders of one ingestion, and its time."""

    examples: str
    rejects: str
    lap: Lap  # Its items are the files found.

    @property
    def summary(self) -> Summary:
        """The summary that ingestion wrote."""
        return summary.read(self.rejects)

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in order."""
        return tuple(self.summary.classes)

    def files(self, split: str) -> tuple[str, ...]:
        """Patterns of a split's record files."""
        return (f"{self.examples}/Split-{split}/*",)


def ingest(folder: Path, out: Path, data: DataConfig) -> IngestionRun:
    """Ingests the folder into `out`. Raises DataError if it has no images to ingest."""
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

    return IngestionRun(examples.uri, table.uri, time_work(work))
