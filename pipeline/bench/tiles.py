"""`make bench-tiles`: scores in tiles against those of the whole image: differences, time, memory.

Weights are random, so scores mean nothing; where they differ does not depend on that. Each model is
in a process of its own. With --float64, rounding is about a billion times smaller, so any larger
difference shows what a window does not see.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray

from pipeline.bench.tables import MarkdownFile, format_markdown, make_table, write_markdown
from pipeline.bench.throughput import describe_measured_machine, read_peak_memory, show_progress
from serving import terminal
from serving.commands import quiet_tensorflow

COLUMNS = (
    "network",
    "image",
    "tile",
    "halo",
    "positions that differ",
    "largest difference",
    "with a stride less of halo",
    "time, tiled : whole",
    "peak memory, tiled, MiB",
    "whole, MiB",
)
CLASSES = 3
UNTRAINED: dict[str, Any] = {"weights": "none"}
QUARTER: dict[str, Any] = {"weights": "none", "width": 0.25}
NETWORKS = {
    "fcn": {},
    "resnet34": {},
    "googlenet": {},
    "lite0": UNTRAINED,
    "mobilenet_v2": UNTRAINED,
    "resnet50": UNTRAINED,
    "resnet50_v2": UNTRAINED,
    "xception": UNTRAINED,
    "vgg16": UNTRAINED,
    "unet_small": {},
    "unet_lite0": UNTRAINED,
    "unet_mobilenet_v2": UNTRAINED,
    "unet_resnet50": UNTRAINED,
    "unet_resnet50_v2": UNTRAINED,
    "unet_xception": UNTRAINED,
    "unet_vgg16": UNTRAINED,
    "fcn8s": QUARTER,
    "fcn16s": QUARTER,
    "fcn32s": QUARTER,
    "vgg16_deconv": QUARTER,
}
MIB = 2**20

Map = NDArray[np.floating[Any]]  # [h, w, C]
Score = Callable[[Any], Map]  # From the pixels of a window [H, W, 3].
Networks = Annotated[
    list[str] | None, typer.Argument(metavar="NETWORK...", help="Some of the networks; all.")
]
Sides = Annotated[list[int], typer.Option("--side", help="Longer sides of the images, in pixels.")]
Tiles = Annotated[list[int], typer.Option("--tile", help="Sides of the tiles, in pixels.")]
Float64 = Annotated[bool, typer.Option("--float64", help="Compute in float64.")]


class Case(NamedTuple):
    """One image, one way to divide it, and how precisely scores are computed."""

    side: int  # The image's longer side; its height is three quarters of it and a bit.
    tile: int
    float64: bool = False


def bench(
    networks: Networks = None,
    sides: Sides = [768, 1536],  # noqa: B006  Typer reads it and nobody changes it.
    tiles: Tiles = [256, 512],  # noqa: B006
    float64: Float64 = False,
    markdown: MarkdownFile = "",
) -> None:
    """Scores an image of noise whole and in tiles, by each network, and prints one table."""
    cases = [Case(side, tile, float64) for side in sides for tile in tiles]
    rows = [row for name in networks or NETWORKS for row in measure_apart(name, cases)]
    note = "random weights; differences are relative to the largest score; a position of a "
    precision = "; computed in float64" if float64 else ""
    caption = (f"{note}classifier is one of its score map{precision}", describe_measured_machine())
    terminal.console.print(make_table("Tiles", COLUMNS, rows, caption))
    write_markdown(markdown, format_markdown(COLUMNS, rows, caption))


def measure_apart(name: str, cases: list[Case]) -> list[tuple[str, ...]]:
    """Measures in new processes, whose peak memory is that of one case."""
    rows = []
    for case in cases:
        show_progress(f"{name}: {case.side} pixels in tiles of {case.tile}")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(measure, name, case).result())
    return rows


def measure(name: str, case: Case) -> tuple[str, ...]:
    """The row of one case. The tiles come first: they need less memory than the whole image."""
    quiet_tensorflow()
    found, score = build(name, float64=case.float64)
    image = np.random.default_rng(0).integers(
        0, 256, (case.side * 3 // 4 + 5, case.side + 3, 3), np.uint8
    )
    tiled, seconds = time_twice(lambda: put_together(found, score, image, case.tile))
    memory = read_peak_memory()
    whole, whole_seconds = time_twice(lambda: score(image))
    whole_memory = read_peak_memory()
    pairs = zip(found.grid.halo, found.grid.stride, strict=True)
    less = found.grid._replace(halo=tuple(halo - stride for halo, stride in pairs))
    reduced = put_together(found._replace(grid=less), score, image, case.tile)
    return (
        name,
        f"{image.shape[1]} x {image.shape[0]}",
        f"{case.tile}",
        f"{found.grid.halo[0]}",
        f"{count_differing(tiled, whole):,} of {whole[..., 0].size:,}",
        f"{find_largest(tiled, whole):.1e}",
        f"{count_differing(reduced, whole):,}, {find_largest(reduced, whole):.1e}",
        f"{seconds / whole_seconds:.2f}",
        f"{memory / MIB:,.0f}",
        f"{whole_memory / MIB:,.0f}",
    )


def build(name: str, *, float64: bool = False) -> tuple[Any, Score]:
    """The tiles of a network with random weights, and its scores."""
    import keras

    from trainer import models
    from trainer.data.preprocessing import DataStatistics
    from trainer.export import score_maps
    from trainer.export.tiled import tiles
    from trainer.models.layers import copy_as
    from trainer.overrides import MODELS

    keras.utils.set_random_seed(0)
    names = tuple(str(number) for number in range(CLASSES))
    statistics = DataStatistics(names, (127.5,) * 3, (74.0,) * 3, ())
    model = models.build(MODELS[name](**{"name": name, **NETWORKS[name]}), statistics)
    disturb(model)
    if float64:
        model = copy_as(model, "float64")
    if len(model.output.shape) == 4:
        found = tiles.from_segmenter(model)
    else:
        found = tiles.from_classifier(model, score_maps.build(model))
    return found, compile_score(found)


def compile_score(found: Any) -> Score:
    """The scores of a window, computed in one graph for all sizes."""
    import tensorflow as tf

    pixels, sizes = (
        tf.TensorSpec([1, None, None, 3], tf.float32),
        tf.TensorSpec([1, 2], tf.int32),
    )
    compiled = tf.function(found.score, input_signature=[pixels, sizes])

    def score(pixels: Any) -> Map:
        window = tf.constant(pixels[np.newaxis], tf.float32)
        scores: Map = compiled(window, tf.constant([pixels.shape[:2]]))[0][0].numpy()
        return scores

    return score


def disturb(model: Any) -> None:
    """Adds noise to the weights: those that start at 0 would hide what a layer sees."""
    random = np.random.default_rng(0)
    model.set_weights([w + random.normal(0, 0.02, w.shape) for w in model.get_weights()])


def put_together(found: Any, score: Score, image: Any, side: int) -> Map:
    """The scores of an image [H, W, 3] from those of its tiles."""
    rows = [
        np.concatenate(list(score_row(found, score, image, (top, side))), axis=1)
        for top in range(0, image.shape[0], side)
    ]
    return np.concatenate(rows)


def score_row(found: Any, score: Score, image: Any, row: tuple[int, int]) -> Iterator[Map]:
    """The scores of each tile of a row, which has its first pixel and its height."""
    (top, side), (down, across) = row, found.grid.halo
    steps = found.grid.stride if found.pooling else (1, 1)
    above = max(0, top - down)
    for left in range(0, image.shape[1], side):
        before = max(0, left - across)
        scores = score(image[above : top + side + down, before : left + side + across])
        own = scores[(top - above) // steps[0] :, (left - before) // steps[1] :]
        yield own[: side // steps[0], : side // steps[1]]


def time_twice(work: Callable[[], Map]) -> tuple[Map, float]:
    """The result, and the seconds of the second time: in the first one, TensorFlow compiles."""
    work()
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def count_differing(one: Map, other: Map) -> int:
    """How many positions have another class with the largest score."""
    return int(np.sum(one.argmax(-1) != other.argmax(-1)))


def find_largest(one: Map, other: Map) -> float:
    """The largest difference, relative to the largest score."""
    return float(np.abs(one - other).max() / np.abs(other).max())


if __name__ == "__main__":
    terminal.run_function(bench)
