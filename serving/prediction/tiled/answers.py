"""Answers one image in tiles, and continues what an earlier run began."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from serving import terminal
from serving.client import Client
from serving.prediction.answer_tables import Row
from serving.prediction.image_list import ImageSource
from serving.prediction.output_files import make_name
from serving.prediction.tiled import files, grid, sources, strips
from serving.prediction.tiled.files import Place
from serving.prediction.tiled.records import Key, Record
from serving.prediction.tiled.strips import Job

PARTIAL = ".tiles.partial"  # A folder.

# Takes the tiles that are finished, and all that there are.
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Asker:
    """A client of one version of a model, and what it is asked for."""

    client: Client
    version: int
    folder: Path  # Of the files about all images.
    side: int | None  # Of the tiles; None: one that fits the model.


def answer(asker: Asker, image: ImageSource, report: Report) -> Row:
    """The answer about an image, as `fcn predict` prints it.

    What is finished before an error is kept for the next run. Raises RefusedImageError,
    NoTilesError, InUseError, ServingError, or OSError if a file cannot be written.
    """
    path = Path(image.name)
    place = Place(image.name, path, asker.folder / image.place.parent)
    with sources.open_source(path) as source:
        plan = grid.ask_plan(asker.client, source.size)
        job = Job(source, plan, grid.choose_side(plan, asker.side))
        key = make_key(asker, path, job)
        if found := files.find_done(place, key, plan):
            return found
        work = place.folder / make_name(path, PARTIAL)
        work.mkdir(parents=True, exist_ok=True)
        with Record(work / "strips", key) as record, _keep(path, work, record):
            _say_how(path, record, job)
            _answer_rest(asker.client, job, record, report)
            row = files.write(place, work, record, job)
    shutil.rmtree(work)
    return row


def make_key(asker: Asker, path: Path, job: Job) -> Key:
    """What the answer about an image depends on."""
    status = path.stat()
    return {
        "file size": status.st_size,
        "file time": status.st_mtime_ns,
        "image": job.source.size,
        "model": asker.client.model,
        "version": asker.version,
        "tile": job.side,
        **{f"plan {name}": value for name, value in job.plan._asdict().items()},
    }


@contextmanager
def _keep(path: Path, work: Path, record: Record) -> Iterator[None]:
    """Says where the finished strips are if the work ends early."""
    try:
        yield
    except BaseException:
        if record.strips:
            text = f"What is finished of {path} is in {work}: the same command continues it."
            terminal.echo(text, err=True)
        raise


def _say_how(path: Path, record: Record, job: Job) -> None:
    if job.source.note:
        terminal.echo(f"{path}: {job.source.note}.", err=True)
    if record.changed:
        changes = "; ".join(record.changed)
        terminal.echo(f"{path} starts from the beginning: {changes}.", err=True)
    elif record.strips:
        done = len(record.strips) * job.columns
        text = f"{path} continues after {done:,} of {job.rows * job.columns:,} tiles."
        terminal.echo(text, err=True)


def _answer_rest(client: Client, job: Job, record: Record, report: Report) -> None:
    finished, whole = len(record.strips) * job.columns, job.rows * job.columns

    def advance() -> None:
        nonlocal finished
        finished += 1
        report(finished, whole)

    report(finished, whole)
    for strip in strips.answer_strips(client, job, len(record.strips), advance):
        record.append(strip)
