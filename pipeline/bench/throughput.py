"""`make bench`: measures ingestion, the input pipeline and the share of useful pixels.

Without a folder it uses drawn flowers.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from components.errors import DataError
from pipeline.bench import report as bench_report
from pipeline.bench.report import BenchReport, Row
from pipeline.bench.tables import MarkdownFile, write_markdown
from pipeline.demo import drawn_flowers
from pipeline.exit_codes import WRONG_USE
from serving import terminal
from serving.commands import quiet_tensorflow
from serving.printable import markup

if TYPE_CHECKING:  # At run time they would import TensorFlow before it is silenced.
    from pipeline.bench.ingestion import IngestionRun
    from pipeline.bench.input_speed import RecordSource

EXPERIMENT = "flowers"
TUTORIAL_BATCH = 8  # Images in a batch of the tutorial that this project began with.


def bench(
    data: Annotated[str, typer.Option(help="Folder of class folders.", metavar="DIR")] = "",
    markdown: MarkdownFile = "",
    rounds: Annotated[
        int, typer.Option(help="Rounds of input pipeline and bare decoding.", min=1)
    ] = 5,
) -> None:
    """Measures ingestion, useful pixels and the input pipeline, and prints one table."""
    quiet_tensorflow()
    folder = Path(data) if data else drawn_flowers.draw(Path("data", "drawn_flowers"))
    try:
        with tempfile.TemporaryDirectory() as home:
            report = measure(folder, Path(home), rounds)
    except DataError as error:
        terminal.errors.print(f"[bold red]{markup(str(error))}[/]", highlight=False, soft_wrap=True)
        raise typer.Exit(WRONG_USE) from error
    terminal.console.print(report.table())
    write_markdown(markdown, report.markdown())


def measure(folder: Path, home: Path, rounds: int) -> BenchReport:
    """All figures for the folder; `home` is for temporary files."""
    start, load = time.perf_counter(), os.getloadavg()[0]
    show_progress("importing TensorFlow and TFX")
    from pipeline.bench.ingestion import ingest
    from pipeline.bench.input_speed import RecordSource
    from trainer import configs

    experiment = configs.load(EXPERIMENT)
    show_progress(f"ingesting {folder}, twice")
    first, again = (ingest(folder, home / str(n), experiment.data) for n in range(2))
    source = RecordSource(again.files("train"), again.labels, experiment)
    rows = (
        *bench_report.make_ingestion_rows(first.lap, again.lap),
        *measure_useful_rows(again, source),
        *measure_input_rows(source, rounds),
        Row("peak memory of this process", f"{read_peak_memory() / 2**30:.2f} GiB"),
    )
    meaning = "by processor time: per second of a core's work, whatever else runs"
    took = f"load average at the start {load:.1f}; took {time.perf_counter() - start:.0f} s"
    files = f"{again.lap.items:,} files of {folder.resolve().name}, experiment {EXPERIMENT}"
    return BenchReport(rows, (files, describe_machine(), took, meaning))


def measure_useful_rows(ingested: IngestionRun, source: RecordSource) -> Iterator[Row]:
    """The shares of useful pixels."""
    from pipeline.bench import input_speed

    show_progress("counting useful pixels")
    sizes = (source.experiment.train.batch_size, TUTORIAL_BATCH)
    val = replace(source, files=ingested.files("val"))
    return bench_report.make_useful_rows(
        training=input_speed.measure_useful_pixels(input_speed.read_training_epoch(source)),
        evaluation=input_speed.measure_useful_pixels(input_speed.read_evaluation(val)),
        as_they_come={n: input_speed.measure_useful_pixels_unsorted(source, n) for n in sizes},
    )


def measure_input_rows(source: RecordSource, rounds: int) -> Iterator[Row]:
    """The input pipeline's rates, compared with bare decoding."""
    from pipeline.bench import input_speed

    show_progress(f"input pipeline and bare decoding in turns: a warm-up, then {rounds} rounds")
    done = []
    for pairs in input_speed.compare(input_speed.repeat(source), rounds):
        done.append(pairs)
        show_progress(f"round {len(done)} of {rounds}")
    return bench_report.make_input_rows(done, input_speed.TARGETED)


def show_progress(doing: str) -> None:
    """Prints what the bench is doing."""
    terminal.errors.print(f"[dim]bench:[/] {markup(doing)}", highlight=False, soft_wrap=True)


def describe_machine() -> str:
    """The number of cores, versions and the date."""
    import tensorflow as tf

    versions = f"Python {platform.python_version()}, TensorFlow {tf.__version__}"
    return f"{len(os.sched_getaffinity(0))} cores, {versions}, {date.today()}"


def describe_measured_machine() -> str:
    """The same, with how fast it multiplies matrices right now."""
    speed = f"{measure_multiplication():.0f} GFLOP/s in float32 matrix multiplication"
    return f"{describe_machine()}, {speed}"


def measure_multiplication(side: int = 2048, rounds: int = 5) -> float:
    """The speed of the machine: GFLOP/s of the best of some multiplications of matrices."""
    matrix = np.random.default_rng(0).random((side, side), np.float32)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        matrix @ matrix
        times.append(time.perf_counter() - start)
    return 2 * side**3 / min(times) / 1e9


def read_peak_memory() -> int:
    """The peak memory of this process, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    terminal.run_function(bench)
