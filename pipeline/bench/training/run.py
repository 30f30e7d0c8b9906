"""`make bench-train`: measures training: the tutorial's, ours, and each model's, in one run."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from components.errors import DataError
from pipeline import onednn
from pipeline.bench.tables import MarkdownFile, write_markdown
from pipeline.bench.throughput import describe_measured_machine, show_progress
from pipeline.bench.training import photographs
from pipeline.bench.training.report import OutOfMemory, Row, TrainingReport
from pipeline.bench.training.setting import Photographs, Setting
from pipeline.cli.options import fail
from pipeline.demo import drawn_flowers
from pipeline.exit_codes import WRONG_USE
from serving import terminal
from serving.commands import quiet_tensorflow

if TYPE_CHECKING:
    from pipeline.bench.training.measurement import Training

FLOWERS = "flowers"
TUTORIAL, OURS = "the tutorial's", "ours"


def bench(
    data: Annotated[str, typer.Option(help="Folder of class folders.", metavar="DIR")] = "",
    models: Annotated[str, typer.Option(help="Names with commas between. Default: all.")] = "",
    seconds: Annotated[float, typer.Option(help="Of each measurement.", min=0.1)] = 5.0,
    precision: Annotated[str, typer.Option(help="float32, bfloat16 or float16.")] = "float32",
    markdown: MarkdownFile = "",
) -> None:
    """Measures images a second, operations a second and memory, and prints one table."""
    quiet_tensorflow()
    onednn.turn_on()
    names = find_names(models, precision)
    start, load = time.perf_counter(), os.getloadavg()[0]
    folder = Path(data) if data else drawn_flowers.draw(Path("data", "drawn_flowers"))
    with tempfile.TemporaryDirectory() as home:
        try:
            prepared = prepare(folder, Path(home))
        except (DataError, OSError) as error:
            fail(str(error), WRONG_USE)
        setting = Setting(prepared, seconds, precision)
        tutorial, ours, *rows = (
            measure_apart(measure, name, setting) for name in (TUTORIAL, OURS, *names)
        )
    took = f"load average at the start {load:.1f}; took {time.perf_counter() - start:.0f} s"
    images = f"photographs of {folder.resolve().name}, precision {precision}"
    report = TrainingReport(
        tutorial, ours, tuple(rows), (images, describe_measured_machine(), took)
    )
    terminal.console.print(report.table())
    write_markdown(markdown, report.markdown())


def find_names(models: str, precision: str) -> Sequence[str]:
    """The models to measure. Ends the command for an unknown name or precision."""
    from trainer.models import BUILDERS
    from trainer.precision import POLICIES

    names = [name.strip() for name in models.split(",")] if models else [*BUILDERS]
    for name in names:
        if name not in BUILDERS:
            fail(f"--models has {name!r}: choose from {', '.join(BUILDERS)}.", WRONG_USE)
    if precision not in POLICIES:
        fail(f"--precision {precision}: choose from {', '.join(POLICIES)}.", WRONG_USE)
    return names


def prepare(folder: Path, home: Path) -> Photographs:
    """Scales the photographs, and makes records of them."""
    from trainer import configs

    show_progress(f"scaling and ingesting photographs of {folder}")
    photographs.scale(folder, home / "photographs", configs.load(FLOWERS).augment.side)
    found: Photographs = run_apart(ingest, home / "photographs", home)
    return found


def ingest(folder: Path, home: Path) -> Photographs:
    """Makes records of the photographs, in this process."""
    quiet_tensorflow()
    from pipeline.bench import ingestion
    from trainer import configs

    ingested = ingestion.ingest(folder, home / "ingested", configs.load(FLOWERS).data)
    return Photographs(folder, ingested.files("train"), ingested.labels)


def measure_apart(work: Callable[[str, Setting], Row], name: str, setting: Setting) -> Row:
    """Measures in a new process, whose peak memory is that of one training; prints the result."""
    show_progress(f"training {name}")
    try:
        row: Row = run_apart(work, name, setting)
    except BrokenProcessPool:
        show_progress(f"{name}: its process was killed, probably for its memory")
        return OutOfMemory(name)
    show_progress(f"{row.name}: {row.result}")
    return row


def run_apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """What the function returns in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def measure(name: str, setting: Setting) -> Row:
    """Trains a model in this process, the tutorial's, or ours on the tutorial's photographs."""
    quiet_tensorflow()
    from pipeline.bench.training import measurement

    try:
        return measurement.measure(prepare_training(name, setting), setting)
    except Exception as error:
        if not measurement.is_out_of_memory(error):
            raise
        return OutOfMemory(name)


def prepare_training(name: str, setting: Setting) -> Training:
    """The model and its batches."""
    from pipeline.bench.training import experiments, tutorial

    if name == TUTORIAL:
        return tutorial.prepare(setting.photographs)
    if name == OURS:
        return experiments.prepare_flowers(setting)
    return experiments.prepare_model(name, setting)


if __name__ == "__main__":
    terminal.run_function(bench)
