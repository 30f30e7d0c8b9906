"""The recorded examples whose batches are drawn, those of the last run or of a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.batches.contact_sheet import Batch
from pipeline.local import ingestion
from pipeline.local.ingestion import Ingested
from pipeline.local.metadata import read_last_run
from pipeline.local.results import find_output
from trainer.config import DataConfig, Experiment
from trainer.data import input_pipeline


@contextmanager
def open_examples(data: DataConfig, folder: str, workdir: str) -> Iterator[Ingested]:
    """The examples of the folder; if it is "", those of the last run in the workdir.

    Those of a folder are written to a temporary place. Raises DataError for a folder that cannot
    be ingested, FileNotFoundError without a run.
    """
    if not folder:
        yield find_last(workdir)
        return
    with tempfile.TemporaryDirectory(prefix="fcn-data-") as out:
        yield ingestion.ingest(Path(folder), Path(out), data)


def read_batches(found: Ingested, experiment: Experiment, number: int) -> list[Batch]:
    """The first batches of a training."""
    labels = experiment.data.classes or found.labels
    batches = input_pipeline.read_training(found.files("train"), labels, experiment).take(number)
    return [
        Batch(inputs["image"], inputs["size"], targets)
        for inputs, targets in batches.as_numpy_iterator()
    ]


def find_last(workdir: str) -> Ingested:
    """The examples of the last run. Raises FileNotFoundError if it did not get that far."""
    steps = read_last_run(workdir)
    if "ImageExampleGen" not in steps:
        raise FileNotFoundError(f"The last run in {workdir} has no examples: run it again.")
    outputs = [find_output(steps, "ImageExampleGen", name) for name in ("examples", "rejects")]
    return Ingested(*outputs)
