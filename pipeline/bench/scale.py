"""`make bench-scale`: what the engines for Beam cost, once for a run and again for each image.

Each runs the real graph up to Transform on drawn flowers of two sizes. The steps' times between
the sizes are their cost for an image; what is left of them at no image at all is fixed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline.beam import Beam
from pipeline.bench import scale_report
from pipeline.bench.scale_report import Measured, Report, Sizes
from pipeline.bench.throughput import machine, say
from pipeline.cli.options import fail
from pipeline.demo import drawn_flowers
from pipeline.exit_codes import FAILED, WRONG_USE
from pipeline.flink import cluster, jars
from pipeline.flink.errors import ClusterError
from serving.commands import quiet_tensorflow

STEPS = {"ImageExampleGen": "ingestion", "StatisticsGen": "statistics", "Transform": "Transform"}
ALL = "all three"
FLINKS = {"Flink, 1 TaskManager": 1, "Flink, 2 TaskManagers": 2}
CLASSES = len(drawn_flowers.HEADS)


def bench(
    small: Annotated[int, typer.Option(help="Images of the smaller set.", min=50)] = 300,
    large: Annotated[int, typer.Option(help="Images of the larger set.", min=100)] = 6000,
    markdown: Annotated[str, typer.Option(help="Writes the table there too.", metavar="FILE")] = "",
) -> None:
    """Measures the engines at two sizes, and prints one table."""
    quiet_tensorflow()
    if large <= small or small % CLASSES or large % CLASSES:
        fail(
            f"--small {small} --large {large}: give multiples of {CLASSES}, the number of classes, "
            "the larger one last.",
            WRONG_USE,
        )
    try:
        with cluster.temporary_folder() as home:
            report = measure(Sizes(small, large), home)
    except ClusterError as error:
        fail(str(error), FAILED)
    Console().print(report.table())
    if markdown:
        Path(markdown).parent.mkdir(parents=True, exist_ok=True)
        Path(markdown).write_text(report.markdown(), encoding="utf-8")


def measure(sizes: Sizes, home: Path) -> Report:
    """All engines at both sizes, one after another; what has to be written goes to `home`."""
    start, load = time.perf_counter(), os.getloadavg()[0]
    jars.find_java()  # Now, not after minutes.
    folders = [drawn(images) for images in sizes]
    measured: list[Measured] = []
    for engine, beam in engines(home):
        say(f"{engine}: to warm up, then with {sizes.small:,} and {sizes.large:,} images")
        _, *laps = [
            seconds_of(folder, home / f"{engine}-{lap}", beam)
            for lap, folder in enumerate([folders[0], *folders])
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
        with cluster.run_cluster(home / f"flink-{count}", size, jars.Versions()) as running:
            yield engine, running.beam(count)


def seconds_of(images: Path, home: Path, beam: Beam) -> dict[str, float]:
    """What the steps took, by name, and together."""
    from pipeline.local import partial_run
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
    say(f"drawing {images:,} flowers, unless they are there")
    return drawn_flowers.draw(Path("data", f"drawn_flowers_{images}"), per_class=images // CLASSES)


if __name__ == "__main__":
    typer.run(bench)
