"""`make bench-doubt`: swaps some training labels of a folder at random, and finds them again."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray

from components.errors import DataError
from pipeline.bench.tables import MarkdownFile, format_markdown, make_table, write_markdown
from pipeline.bench.throughput import describe_machine, show_progress
from pipeline.cli.options import fail
from pipeline.exit_codes import WRONG_USE
from serving import terminal
from serving.commands import quiet_tensorflow

if TYPE_CHECKING:
    from components.doubt.collection import Collection
    from components.doubt.features import Features
    from trainer.model_config import Lite0Config

EXPERIMENT = "flowers"
COLUMNS = (
    "seed",
    "swapped",
    "recall at this length",
    "precision at this length",
    "listed",
    "recall of the list",
    "precision of the list",
)

Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="Folder of class folders.")]
Share = Annotated[float, typer.Option(help="Training labels that are swapped.", min=0, max=1)]
Seeds = Annotated[int, typer.Option(help="How often, each with other images.", min=1)]


class Found(NamedTuple):
    """What the list finds of the swapped labels."""

    seed: int
    swapped: int
    hits: int  # Among the first `swapped` of the order: recall and precision are the same here.
    listed: int
    hits_listed: int

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells under COLUMNS."""
        at_length = f"{self.hits / self.swapped:.3f}"
        listed = f"{self.hits_listed / max(1, self.listed):.3f}"
        recall = f"{self.hits_listed / self.swapped:.3f}"
        counts = str(self.seed), str(self.swapped)
        return *counts, at_length, at_length, str(self.listed), recall, listed


def bench(data: Data, markdown: MarkdownFile = "", share: Share = 0.05, seeds: Seeds = 5) -> None:
    """Measures how many of the swapped labels the list of doubts finds."""
    quiet_tensorflow()
    from trainer.model_config import Lite0Config

    try:
        with tempfile.TemporaryDirectory() as home:
            collection, values, took = collect(data, Path(home), Lite0Config())
    except (DataError, OSError) as error:
        fail(str(error), WRONG_USE)
    start = time.perf_counter()
    rows = [swap_and_find(collection, values, share, seed).cells for seed in range(seeds)]
    each = (time.perf_counter() - start) / seeds
    caption = (
        f"{len(collection.images):,} images of {data.resolve().name}, {share:.0%} of the training "
        "labels swapped",
        describe_machine(),
        f"features {took:.0f} s, each list {each:.1f} s",
    )
    terminal.console.print(make_table("Labels to doubt", COLUMNS, rows, caption))
    write_markdown(markdown, format_markdown(COLUMNS, rows, caption))


def collect(folder: Path, home: Path, config: Lite0Config) -> tuple[Collection, Features, float]:
    """The images of a folder and their features, and the seconds that the features took."""
    from components.doubt import features
    from pipeline.local import ingestion
    from trainer import configs

    show_progress(f"ingesting {folder}")
    ingested = ingestion.ingest(folder, home, configs.load(EXPERIMENT).data)
    show_progress("computing features")
    start = time.perf_counter()
    return *features.collect(ingested.examples, config), time.perf_counter() - start


def swap_and_find(collection: Collection, values: Features, share: float, seed: int) -> Found:
    """Swaps labels of the split `train`, each for any other one, and looks for them."""
    from components.doubt import confident_learning, labels

    show_progress(f"labels swapped with seed {seed}")
    classes, given = labels.number_labels(collection)
    swapped = choose(collection, share, seed)
    steps = np.random.default_rng(seed).integers(1, len(classes), len(swapped))
    given[swapped] = (given[swapped] + steps) % len(classes)
    probabilities = labels.predict(values, given, collection.find_groups())
    order, listed = confident_learning.rank(probabilities, given)
    is_hit = np.isin(order, swapped)
    hits, hits_listed = int(is_hit[: len(swapped)].sum()), int(is_hit[:listed].sum())
    return Found(seed, len(swapped), hits, listed, hits_listed)


def choose(collection: Collection, share: float, seed: int) -> NDArray[np.intp]:
    """The positions of the images whose labels are swapped."""
    train = np.flatnonzero([image.split == "train" for image in collection.images])
    number = max(1, round(share * len(train)))
    return np.random.default_rng(seed).choice(train, number, replace=False)


if __name__ == "__main__":
    terminal.run_function(bench)
