"""`make bench-pointing`: does a classifier look at the object? The pointing game.

The place of a class's greatest score must lie in the object: Zhang et al. (arXiv:1608.00507, 4.1),
here without their tolerance of 15 pixels around it. The images are a run's test split; the objects
are the masks and head boxes of the Oxford-IIIT pets, found by the names of the files.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image

from pipeline.bench.tables import MarkdownFile, format_markdown, make_table, write_markdown
from pipeline.bench.throughput import describe_machine, show_progress
from pipeline.cli.options import fail
from pipeline.exit_codes import WRONG_USE
from serving import terminal
from serving.client.heat import HEAT_MAPS, HeatMaps, read_heat_maps
from serving.commands import quiet_tensorflow

COLUMNS = ("the point lies in", "images", "greatest score", "greatest evidence", "centre", "chance")
EXAMPLES = "artifacts/ImageExampleGen/examples"
TRIMAPS, BOXES = "annotations/trimaps", "annotations/xmls"
PET = 1  # In trimaps: neither background nor border.
PROGRESS = 50  # Images between two lines.
Z = 1.96  # Of an interval of 95 %.

Model = Annotated[Path, typer.Argument(metavar="DIR", help="A version: served/NAME/VERSION.")]
Run = Annotated[Path, typer.Option("--run", metavar="DIR", help="The run's folder: runs/NAME.")]
Pets = Annotated[Path, typer.Option("--data", metavar="DIR", help="The pets, with annotations/.")]
Region = NDArray[np.bool_]


class Game(NamedTuple):
    """One image and one object: what pointed at it, and how much of the image it covers."""

    score: bool
    evidence: bool  # The score less the mean of all classes' scores.
    centre: bool  # Of the image: what a model that ignores it would point at.
    share: float


def bench(model: Model, run: Run, data: Pets, markdown: MarkdownFile = "") -> None:
    """Plays the game for the true class of each test image, and prints one table."""
    quiet_tensorflow()
    games: dict[str, list[Game]] = defaultdict(list)
    for number, (name, label, maps) in enumerate(map_test_images(model, find_split(run)), 1):
        for region, inside in read_regions(data, Path(name).stem, maps.size):
            games[region].append(play(maps, label, inside))
        if number % PROGRESS == 0:
            show_progress(f"{number} images")
    if not games:
        fail(f"{data} has no annotations of the images in {run}: give the pets.", WRONG_USE)
    rows = [summarize(region, played) for region, played in sorted(games.items())]
    caption = ("95 % intervals in brackets; chance: the mean share of the area", describe_machine())
    terminal.console.print(make_table("Pointing game", COLUMNS, rows, caption))
    write_markdown(markdown, format_markdown(COLUMNS, rows, caption))


def play(maps: HeatMaps, label: str, inside: Region) -> Game:
    """Whether the true class's greatest values lie in the region."""
    height, width = maps.size
    return Game(
        score=bool(inside[find_peak(maps, maps.select(label))]),
        evidence=bool(inside[find_peak(maps, maps.weigh(label))]),
        centre=bool(inside[height // 2, width // 2]),
        share=float(inside.mean()),
    )


def find_peak(maps: HeatMaps, values: NDArray[np.float32]) -> tuple[int, ...]:
    """The row and the column of the pixel that the network saw whose value is greatest."""
    whole = np.where(maps.find_seen(), maps.enlarge(values), -np.inf)
    return tuple(map(int, np.unravel_index(whole.argmax(), whole.shape)))


def summarize(region: str, played: list[Game]) -> tuple[str, ...]:
    """The cells under COLUMNS."""
    scores, evidence, centres, shares = zip(*played, strict=True)
    rates = (format_rate(sum(hits), len(played)) for hits in (scores, evidence, centres))
    return (region, f"{len(played)}", *rates, f"{np.mean(shares):.3f}")


def format_rate(hits: int, games: int) -> str:
    """The rate, with Wilson's interval (JASA 1927)."""
    rate, extra = hits / games, Z**2 / games
    middle = (rate + extra / 2) / (1 + extra)
    half = Z * math.sqrt(rate * (1 - rate) / games + extra / games / 4) / (1 + extra)
    return f"{rate:.3f} ({middle - half:.2f} to {middle + half:.2f})"


def find_split(run: Path) -> Path:
    """The records of the newest test split of a run."""
    versions = [path for path in (run / EXAMPLES).glob("*") if path.name.isdecimal()]
    if not versions:
        fail(f"{run} has no {EXAMPLES}: give the folder of a finished run.", WRONG_USE)
    return max(versions, key=lambda path: int(path.name)) / "Split-test"


def map_test_images(model: Path, split: Path) -> Iterator[tuple[str, str, HeatMaps]]:
    """The file's name, the true class and the heat maps of each record."""
    import tensorflow as tf

    from components.report import test_examples
    from trainer.data import records

    signatures = load_signatures(model)
    for record in test_examples.read_records(str(split)).batch(1):
        (fields,) = test_examples.split_rows(tf.io.parse_example(record, test_examples.FIELDS))
        found = signatures[HEAT_MAPS](image_bytes=tf.constant([fields[records.ENCODED]]))
        (maps,) = read_heat_maps(to_lists(found), 1)
        yield fields[records.FILENAME].decode(), fields[records.LABEL_TEXT].decode(), maps


def load_signatures(model: Path) -> Any:
    """Those of a SavedModel with heat maps."""
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(str(model))
    except OSError as error:
        fail(f"{model} cannot be loaded: {error}", WRONG_USE)
    if HEAT_MAPS not in loaded.signatures:
        fail(f"{model} has no heat maps: give a classifier of this version.", WRONG_USE)
    return loaded.signatures


def to_lists(outputs: dict[str, Any]) -> dict[str, Any]:
    """Outputs as a client gets them."""
    arrays = {name: value.numpy() for name, value in outputs.items()}
    return {
        name: np.char.decode(array.astype("S"), "utf-8").tolist()
        if array.dtype == object
        else array.tolist()
        for name, array in arrays.items()
    }


def read_regions(data: Path, stem: str, size: tuple[int, int]) -> Iterator[tuple[str, Region]]:
    """The names and the pixels [H, W] of an image's objects: its mask, and its head if known."""
    mask, box = data / TRIMAPS / f"{stem}.png", data / BOXES / f"{stem}.xml"
    if mask.is_file():
        yield "the mask", read_mask(mask, size)
    if box.is_file():
        yield "the head's box", read_box(box, size)


def read_mask(path: Path, size: tuple[int, int]) -> Region:
    """The pixels of the pet, without its border."""
    with Image.open(path) as mask:
        inside = np.asarray(mask) == PET
    if inside.shape != size:
        fail(f"{path} has the size {inside.shape}, its image {size}.", WRONG_USE)
    return inside


def read_box(path: Path, size: tuple[int, int]) -> Region:
    """The pixels of the first head's box."""
    from components.ingestion.annotations import head_boxes
    from components.ingestion.images import Picture, RejectError

    height, width = size
    try:
        found = head_boxes.read(path.read_bytes(), Picture(b"", "JPEG", height, width), "stored")
    except RejectError as error:
        fail(f"{path} is not a file of boxes: {error}", WRONG_USE)
    xmin, xmax, ymin, ymax = found.sides[:4]
    inside = np.zeros(size, bool)
    rows = slice(math.floor(ymin * height), math.ceil(ymax * height))
    inside[rows, math.floor(xmin * width) : math.ceil(xmax * width)] = True
    return inside


if __name__ == "__main__":
    terminal.run_function(bench)
