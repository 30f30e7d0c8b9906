"""`make bench-models`: models next to each other: parameters, time to load and to answer, memory.

Each model is in a process of its own, which gets the same image files, one at a time. A model is a
pushed version, or that of an experiment without training: random weights cost as much as any.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from pipeline.bench.tables import MarkdownFile, format_markdown, make_table, write_markdown
from pipeline.bench.throughput import describe_measured_machine, read_peak_memory, show_progress
from pipeline.cli.options import Set, fail
from pipeline.exit_codes import WRONG_USE
from serving import formats, terminal
from serving.commands import quiet_tensorflow

COLUMNS = (
    "experiment",
    "network",
    "parameters",
    "processor time to load and answer once, s",
    "ms for an image",
    "processor time, ms",
    "peak memory, MiB",
    "of it before the model, MiB",
)
FORMATS = ("JPEG", "PNG")
LABELS = ("one", "other")  # Of an experiment whose classes are its folders.
WARM_UP = 3  # Answers before the measurement: the first one compiles.
MIB = 2**20

Models = Annotated[
    list[str],
    typer.Argument(metavar="MODEL...", help="Versions, served/NAME/VERSION, or experiments."),
]
Images = Annotated[Path, typer.Option("--data", metavar="DIR", help="A folder of images.")]
Most = Annotated[int, typer.Option(help="How many images.", min=1)]


class Measurement(NamedTuple):
    """What one model takes."""

    experiment: str
    network: str
    parameters: int
    load_seconds: float  # Processor time until the first answer, which compiles.
    seconds: float  # For an image: the median.
    cpu_seconds: float  # The same, of all threads.
    memory: int  # Bytes: the peak of its process.
    memory_before: int  # Bytes: the peak before the model was loaded.

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells under COLUMNS."""
        return (
            self.experiment,
            self.network,
            f"{self.parameters:,}",
            f"{self.load_seconds:.1f}",
            f"{1000 * self.seconds:.0f}",
            f"{1000 * self.cpu_seconds:.0f}",
            f"{self.memory / MIB:,.0f}",
            f"{self.memory_before / MIB:,.0f}",
        )


def bench(
    models: Models,
    data: Images,
    images: Most = 20,
    overrides: Set = [],  # noqa: B006  Typer reads it and nobody changes it.
    markdown: MarkdownFile = "",
) -> None:
    """Asks each model about the images, and prints one table. `--set` is for experiments."""
    quiet_tensorflow()
    found = find_images(data)
    files = found[:: max(1, len(found) // images)][:images]  # From all of the folder.
    if not files:
        fail(f"{data} contains no JPEG or PNG: give a folder of images by --data.", WRONG_USE)
    rows = [measure_apart(model, files, tuple(overrides)) for model in models]
    caption = (f"{len(files)} files, one at a time, decoding included", describe_measured_machine())
    terminal.console.print(make_table("Models", COLUMNS, rows, caption))
    write_markdown(markdown, format_markdown(COLUMNS, rows, caption))


def measure_apart(model: str, files: list[Path], overrides: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a model, measured in a new process, whose peak memory is that of one model."""
    show_progress(f"asking {model} about {len(files)} images")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            folder = Path(model)
            if not folder.is_dir():
                folder = run_apart(export, model, overrides, Path(scratch))
            found: Measurement = run_apart(measure, folder, files)
            return found.cells
        except BrokenProcessPool:  # The kernel killed it.
            return (model, "", "", "out of memory", *[""] * (len(COLUMNS) - 4))
        except (OSError, ValueError) as error:
            fail(f"{model} cannot be measured: {error}", WRONG_USE)


def run_apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def export(name: str, overrides: tuple[str, ...], folder: Path) -> Path:
    """Saves the model of an experiment with random weights."""
    quiet_tensorflow()
    from trainer import configs, untrained
    from trainer.export import saved_model
    from trainer.overrides import apply_overrides

    experiment = apply_overrides(configs.load(name), overrides)
    labels = experiment.data.classes or LABELS
    model = untrained.build_random(experiment, labels)
    statistics = untrained.make_statistics(experiment, labels)
    saved_model.save(model, statistics, experiment, str(folder))
    return folder


def find_images(folder: Path) -> list[Path]:
    """The images below a folder that every model decodes, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and is_decoded(path))


def is_decoded(path: Path) -> bool:
    """Whether a file begins as one of FORMATS does."""
    with path.open("rb") as file:
        return formats.detect(file.read(formats.HEAD)) in FORMATS


def measure(model: Path, files: list[Path]) -> Measurement:
    """Loads the model into this process, and asks it about one file after the other."""
    quiet_tensorflow()
    import tensorflow as tf

    from trainer.export import network, saved_model

    encoded = [path.read_bytes() for path in files]
    before = read_peak_memory()
    start = time.process_time()
    loaded = tf.saved_model.load(str(model))
    answer = loaded.signatures["serving_default"]
    time_answer(answer, tf.constant(encoded[:1]))
    load_seconds = time.process_time() - start
    for image in encoded[:WARM_UP]:
        answer(tf.constant([image]))
    times = [time_answer(answer, tf.constant([image])) for image in encoded]
    memory = read_peak_memory()
    recipe = saved_model.read_recipe(str(model))
    return Measurement(
        experiment=recipe.name,
        network=recipe.model.name,
        parameters=network.read(str(model)).count_params(),
        load_seconds=load_seconds,
        seconds=statistics.median(seconds for seconds, _ in times),
        cpu_seconds=statistics.median(cpu_seconds for _, cpu_seconds in times),
        memory=memory,
        memory_before=before,
    )


def time_answer(answer: Any, image: Any) -> tuple[float, float]:
    """Seconds by the clock and of the processor for one answer."""
    start, cpu_start = time.perf_counter(), time.process_time()
    for output in answer(image).values():
        output.numpy()
    return time.perf_counter() - start, time.process_time() - cpu_start


if __name__ == "__main__":
    terminal.run_function(bench)
