"""`make bench-scale`: what the engines for Beam cost, once for a run and again for each image.

Each runs the real graph up to Transform on drawn flowers of two sizes. The steps' times between
the sizes are their cost for an image; what is left of them at no image at all is fixed.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from pipeline import drawn_flowers, scale_report
from pipeline.beam_runner import Beam
from pipeline.bench import machine
from pipeline.flink import cluster, jars
from pipeline.flink.errors import ClusterError
from pipeline.scale_report import Measured, Report, Sizes
from serving.commands import quiet_tensorflow

STEPS = {"ImageExampleGen": "ingestion", "StatisticsGen": "statistics", "Transform": "Transform"}
ALL = "all three"
FLINKS = {"Flink, 1 TaskManager": 1, "Flink, 2 TaskManagers": 2}
WRONG_USE = 2  # Exit code, as that of `fcn run`.
console = Console(stderr=True)


def bench(
    small: Annotated[int, typer.Option(help="Images of the smaller set.", min=50)] = 300,
    large: Annotated[int, typer.Option(help="Images of the larger set.", min=100)] = 3000,
    markdown: Annotated[str, typer.Option(help="Writes the table there too.", metavar="FILE")] = "",
) -> None:
    """Measures the engines at two sizes, and prints one table."""
    quiet_tensorflow()
    if large <= small:
        fail(f"--large {large}: give more images than --small {small}.")
    try:
        with tempfile.TemporaryDirectory() as home:
            report = measure(Sizes(small, large), Path(home))
    except ClusterError as error:
        fail(str(error))
    Console().print(report.table())
    if markdown:
        Path(markdown).parent.mkdir(parents=True, exist_ok=True)
        Path(markdown).write_text(report.markdown(), encoding="utf-8")


def measure(sizes: Sizes, home: Path) -> Report:
    """All engines at both sizes, one after another; what has to be written goes to `home`."""
    start, load = time.perf_counter(), os.getloadavg()[0]
    jars.java()  # Now, not after minutes.
    folders = [drawn(images) for images in sizes]
    say("a run to warm up")
    seconds_of(folders[0], home / "warm-up", Beam())
    measured: list[Measured] = []
    for engine, beam in engines(home):
        say(engine)
        laps = [
            seconds_of(folder, home / f"{engine}-{images}", beam)
            for images, folder in zip(sizes, folders, strict=True)
        ]
        measured += [Measured(engine, step, laps[0][step], laps[1][step]) for step in laps[0]]
    took = f"load average at the start {load:.1f}; took {time.perf_counter() - start:.0f} s"
    files = f"{sizes.small:,} and {sizes.large:,} drawn flowers, experiment flowers"
    return Report(sizes, tuple(measured), (files, machine(), took, scale_report.MEANING))


def engines(home: Path) -> Iterator[tuple[str, Beam]]:
    """The engines, each of which runs until the next one is asked for."""
    yield scale_report.DIRECT, Beam()
    yield "direct, 2 processes", Beam(parallelism=2)
    for engine, count in FLINKS.items():
        size = cluster.Size(task_managers=count, slots=1)
        with cluster.running(home / f"flink-{count}", size, jars.Versions()) as running:
            yield engine, running.beam(count)


def seconds_of(images: Path, home: Path, beam: Beam) -> dict[str, float]:
    """What the steps took, by name, and together."""
    from pipeline import partial_run
    from pipeline.settings import Settings
    from trainer import configs

    settings = Settings(
        data=str(images.resolve()),
        workdir=str(home),
        push_root=str(home / "served"),
        beam_args=beam.args,
    )
    done = partial_run.run_to("Transform", configs.load("flowers"), settings)
    steps = {name: done[step].seconds for step, name in STEPS.items()}
    return steps | {ALL: sum(steps.values())}


def drawn(images: int) -> Path:
    """As many drawn flowers, in five classes."""
    per_class = images // 5
    say(f"drawing {images:,} flowers, unless they are there")
    return drawn_flowers.draw(Path("data", f"drawn_flowers_{images}"), per_class=per_class)


def say(doing: str) -> None:
    """Tells what it works at."""
    console.print(f"[dim]bench-scale:[/] {escape(doing)}", highlight=False, soft_wrap=True)


def fail(message: str) -> NoReturn:
    """One sentence on stderr, and the exit code of wrong use."""
    console.print(f"[bold red]{escape(message)}[/]", highlight=False, soft_wrap=True)
    raise typer.Exit(WRONG_USE)


if __name__ == "__main__":
    typer.run(bench)
