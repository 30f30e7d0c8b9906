"""`make bench-serving`: measures one server, with one model, on one machine, in one run."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.bench.serving.report import ServingReport
from pipeline.bench.tables import MarkdownFile, write_markdown
from pipeline.bench.throughput import describe_measured_machine, show_progress
from serving import terminal
from serving.commands import quiet_tensorflow

if TYPE_CHECKING:  # At run time they would import TensorFlow before it is silenced.
    from pipeline.bench.serving.measurement import Setting

CLIENTS_NOTE = (
    "clients are processes on the server's cores; a request begins with the bytes of the file and "
    "ends with the probabilities"
)


def bench(
    height: Annotated[int, typer.Option(help="Of the photograph, in pixels.", min=32)] = 375,
    width: Annotated[int, typer.Option(help="Of the photograph, in pixels.", min=32)] = 500,
    seconds: Annotated[float, typer.Option(help="Of each measurement.", min=0.1)] = 5.0,
    markdown: MarkdownFile = "",
) -> None:
    """Measures the ways to send a photograph, by 1, 8 and 32 clients, and prints one table."""
    quiet_tensorflow()
    from pipeline.bench.serving.measurement import Setting

    with tempfile.TemporaryDirectory() as home:
        report = measure(Setting(height, width, seconds), Path(home))
    terminal.console.print(report.table())
    write_markdown(markdown, report.markdown())


def measure(setting: Setting, home: Path) -> ServingReport:
    """All figures; `home` is for the models."""
    from pipeline.bench.serving import measurement, models

    start, load = time.perf_counter(), os.getloadavg()[0]
    show_progress("saving the models")
    classifier, segmenter = (models.save(name, home) for name in (models.CLASSES, models.MASKS))
    show_progress("calling the models in this process")
    loads = list(measurement.measure_calls(classifier, setting))
    masks = measurement.measure_masks(segmenter, setting)
    for measured in measurement.measure_server(classifier, setting):
        show_progress(f"{measured.name}, {measured.clients} clients: {measured.rate:,.1f} images/s")
        loads.append(measured)
    took = f"load average at the start {load:.1f}; took {time.perf_counter() - start:.0f} s"
    photo = f"JPEG of {setting.width} x {setting.height} pixels, model of {models.CLASSES}"
    machine = describe_measured_machine()
    return ServingReport(tuple(loads), masks, (photo, machine, CLIENTS_NOTE, took))


if __name__ == "__main__":
    terminal.run_function(bench)
