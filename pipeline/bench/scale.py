"""`make bench-scale`: measures the fixed and the per-image cost of the engines for Beam.

Each engine runs the real graph up to Transform on two numbers of drawn flowers. The difference in a
step's time is its cost per image; the rest is fixed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pipeline.beam import Beam
from pipeline.bench import scale_report
from pipeline.bench.scale_report import Measurement, ScaleReport, Sizes
from pipeline.bench.tables import MarkdownFile, write_markdown
from pipeline.bench.throughput import describe_machine, show_progress
from pipeline.cli.options import fail
from pipeline.demo import drawn_flowers
from pipeline.exit_codes import FAILED, WRONG_USE
from pipeline.flink import cluster, jars
from pipeline.flink.errors import ClusterError
from serving import terminal
from serving.commands import quiet_tensorflow

STEPS = {"ImageExampleGen": "ingestion", "StatisticsGen": "statistics", "Transform": "Transform"}
ALL = "all three"
FLINKS = {"Flink, 1 TaskManager": 1, "Flink, 2 TaskManagers": 2}
CLASSES = len(drawn_flowers.HEADS)


def bench(
    small: Annotated[int, typer.Option(help="Number of images in the smaller set.", min=50)] = 300,
    large: Annotated[int, typer.Option(help="Number of images in the larger set.", min=100)] = 6000,
    markdown: MarkdownFile = "",
) -> None:
    """Measures all engines at two sizes, and prints one table."""
    quiet_tensorflow()
    if large <= small or small % CLASSES or large % CLASSES:
        fail(
            f"--small {small} --large {large}: give multiples of {CLASSES}, the number of classes, "
            "with --large above --small.",
            WRONG_USE,
        )
    try:
        with cluster.make_temporary_folder() as home:
            report = measure(Sizes(small, large), home)
    except ClusterError as error:
        fail(str(error), FAILED)
    terminal.console.print(report.table())
    write_markdown(markdown, report.markdown())


def measure(sizes: Sizes, home: Path) -> ScaleReport:
    """Measures all engines at both sizes, one after another; `home` is for temporary files."""
    start, load = time.perf_counter(), os.getloadavg()[0]
    jars.find_java()  # Fails now rather than after minutes.
    folders = [draw_flowers(images) for images in sizes]
    measured: list[Measurement] = []
    for engine, beam in start_engines(home):
        show_progress(f"{engine}: warm-up, then {sizes.small:,} and {sizes.large:,} images")
        _, *laps = [
            measure_seconds(folder, home / f"{engine}-{lap}", beam)
            for lap, folder in enumerate([folders[0], *folders])
        ]
        measured += [Measurement(engine, step, laps[0][step], laps[1][step]) for step in laps[0]]
    took = f"load average at the start {load:.1f}; took {time.perf_counter() - start:.0f} s"
    files = f"{sizes.small:,} and {sizes.large:,} drawn flowers, experiment flowers"
    caption = (files, describe_machine(), took, scale_report.MEANING)
    return ScaleReport(sizes, tuple(measured), caption)


def start_engines(home: Path) -> Iterator[tuple[str, Beam]]:
    """The engines; each runs until the next one is requested."""
    yield scale_report.DIRECT, Beam()
    yield "direct, 2 processes", Beam(parallelism=2)
    for engine, count in FLINKS.items():
        size = cluster.Size(task_managers=count, slots=1)
        with cluster.run_cluster(home / f"flink-{count}", size, jars.Versions()) as running:
            yield engine, running.beam(count)


def measure_seconds(images: Path, home: Path, beam: Beam) -> dict[str, float]:
    """The seconds of each step, and of all together."""
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


def draw_flowers(images: int) -> Path:
    """The folder of this number of drawn flowers, in five classes."""
    show_progress(f"drawing {images:,} flowers if needed")
    return drawn_flowers.draw(Path("data", f"drawn_flowers_{images}"), per_class=images // CLASSES)


if __name__ == "__main__":
    terminal.run_function(bench)
