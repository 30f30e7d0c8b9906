"""`make bench-folder`: memory and tables of ingesting a large folder with many copies of one file.

A fifth of the files are the same bytes under two labels: the largest group of rejects. Each size is
ingested in a process of its own, by the component's executor. If memory and tables grow by no more
for each file than a few words, they are bounded by the list of files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image

from pipeline.bench.folder_report import FolderMeasurement, FolderReport
from pipeline.bench.tables import MarkdownFile, write_markdown
from pipeline.bench.throughput import describe_measured_machine, read_peak_memory, show_progress
from pipeline.cli.options import fail
from pipeline.exit_codes import WRONG_USE
from serving import terminal
from serving.commands import quiet_tensorflow

LABELS = ("asters", "daisies", "irises", "lilies", "roses")
COPIES = 5  # One file in so many is a copy.
SIDE = 32  # Pixels.


def bench(
    small: Annotated[int, typer.Option(help="Files in the smaller folder.", min=100)] = 5_000,
    large: Annotated[int, typer.Option(help="Files in the larger folder.", min=200)] = 50_000,
    markdown: MarkdownFile = "",
) -> None:
    """Ingests folders of two sizes, and prints one table."""
    quiet_tensorflow()
    if large <= small:
        fail(f"--small {small} --large {large}: give --large more files.", WRONG_USE)
    start, load = time.perf_counter(), os.getloadavg()[0]
    measured = tuple(measure_apart(files) for files in (small, large))
    took = f"load average at the start {load:.1f}; took {time.perf_counter() - start:.0f} s"
    files = f"JPEGs of {SIDE} x {SIDE} pixels, 1 of {COPIES} a copy of one, under two labels"
    report = FolderReport(measured, (files, describe_measured_machine(), took))
    terminal.console.print(report.table())
    write_markdown(markdown, report.markdown())


def measure_apart(files: int) -> FolderMeasurement:
    """Draws a folder, and ingests it in a new process, whose peak memory is that of one run."""
    with tempfile.TemporaryDirectory() as home:
        show_progress(f"drawing {files:,} files")
        draw(Path(home, "data"), files)
        show_progress(f"ingesting {files:,} files")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(measure, Path(home, "data"), Path(home, "out")).result()


def draw(folder: Path, files: int) -> None:
    """Draws images of noise, and copies of the first one under the first two labels."""
    random = np.random.default_rng(0)
    for label in LABELS:
        (folder / label).mkdir(parents=True, exist_ok=True)
    first = folder / LABELS[0] / "0.jpg"
    for number in range(files):
        if number % COPIES == 1:
            label = LABELS[number // COPIES % 2]
            shutil.copyfile(first, folder / label / f"copy of 0 {number}.jpg")
        else:
            pixels = random.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
            label = LABELS[number % len(LABELS)]
            Image.fromarray(pixels).save(folder / label / f"{number}.jpg")


def measure(folder: Path, out: Path) -> FolderMeasurement:
    """Ingests the folder in this process."""
    quiet_tensorflow()
    from components.ingestion import rejects
    from pipeline.bench.ingestion import ingest
    from trainer import configs

    before = read_peak_memory()
    data = replace(configs.load("images").data, max_reject_fraction=1.0)
    ingested = ingest(folder, out, data)
    tables = Path(ingested.rejects)
    counts = ingested.summary
    return FolderMeasurement(
        files=counts.found,
        examples=sum(counts.examples.values()),
        rejects=sum(counts.reasons.values()),
        seconds=ingested.lap.seconds,
        memory_before=before,
        memory=read_peak_memory(),
        table=(tables / rejects.FILE_NAME).stat().st_size,
        longest_row=max(len(reject.detail) for reject in rejects.read(ingested.rejects)),
        summary=(tables / "summary.json").stat().st_size,
    )


if __name__ == "__main__":
    terminal.run_function(bench)
