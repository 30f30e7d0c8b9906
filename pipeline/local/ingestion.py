"""Ingests a folder as a run does: the component's executor, in this process, without metadata."""

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
from pipeline.beam import IN_PROCESS
from trainer.config import DataConfig


@dataclass(frozen=True)
class Ingested:
    """Where the results of an ingestion are."""

    examples: str
    rejects: str

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


def ingest(folder: Path, out: Path, data: DataConfig) -> Ingested:
    """Ingests the folder into `out`. Raises DataError if it has no images to ingest."""
    examples, table = standard_artifacts.Examples(), Rejects()
    examples.uri, table.uri = str(out / "examples"), str(out / "rejects")
    for artifact in (examples, table):
        Path(artifact.uri).mkdir(parents=True)
    properties = ImageExampleGen(str(folder.resolve()), data).exec_properties
    outputs: dict[str, list[types.Artifact]] = {"examples": [examples], "rejects": [table]}
    context = BaseBeamExecutor.Context(beam_pipeline_args=list(IN_PROCESS), tmp_dir=str(out))
    IngestionExecutor(context).Do({}, outputs, dict(properties))
    return Ingested(examples.uri, table.uri)
