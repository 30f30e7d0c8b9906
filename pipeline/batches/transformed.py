"""The examples of the last run or of a folder, with Transform's statistics of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipeline.local import partial_run
from pipeline.local import run as local_run
from pipeline.local.metadata import FinishedStep, read_last_run
from pipeline.local.results import find_output
from pipeline.settings import Settings
from trainer.config import Experiment

LAST = "Transform"


class Transformed(NamedTuple):
    """The folders that two steps of a run wrote."""

    examples: str
    transform_graph: str


@contextmanager
def open_transformed(experiment: Experiment, folder: str, workdir: str) -> Iterator[Transformed]:
    """Those of the folder; if it is "", those of the last run in the workdir.

    For a folder, the first steps of a run write them to a temporary place. Raises DataError for a
    folder that cannot be trained on, FileNotFoundError without a run.
    """
    if not folder:
        steps = read_last_run(workdir)
        if LAST not in steps:
            raise FileNotFoundError(f"The last run in {workdir} has no statistics: run it again.")
        yield find_folders(steps)
        return
    with tempfile.TemporaryDirectory(prefix="fcn-data-") as out:
        settings = Settings(
            data=str(Path(folder).resolve()), workdir=f"{out}/run", push_root=f"{out}/served"
        )
        experiment = local_run.fill_classes(experiment, settings)
        yield find_folders(partial_run.run_to(LAST, experiment, settings))


def find_folders(steps: dict[str, FinishedStep]) -> Transformed:
    """The folders of finished steps."""
    return Transformed(
        find_output(steps, "ImageExampleGen", "examples"),
        find_output(steps, LAST, "transform_graph"),
    )
