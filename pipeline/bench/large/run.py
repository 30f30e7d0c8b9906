"""`make bench-large`: a large image in tiles, killed in the middle: memory, time, exactness.

The weights are random, so the mask means nothing; whether it is exact does not depend on that.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import rasterio
import typer
from PIL import Image
from rasterio.windows import Window

from pipeline.bench.large import inputs, predicting
from pipeline.bench.large.predicting import Run
from pipeline.bench.serving.server_process import ServerProcess, serve
from pipeline.bench.tables import MarkdownFile, format_markdown, make_table, write_markdown
from pipeline.bench.throughput import describe_measured_machine, show_progress
from serving import terminal
from serving.client import connect
from serving.commands import quiet_tensorflow
from serving.prediction.tiled.grid import SIDE, divide_up
from serving.rgb_images import to_png

COLUMNS = ("image", "run", "tiles", "seconds", "peak memory, MiB", "pixels that differ")
MIB = 2**20
WAIT = 3600  # Seconds for the server's answer about the whole image.
CROP, MARGIN = 1024, 256  # Pixels of the part that is compared, and more than a halo around it.


class Place(NamedTuple):
    """The files of one image."""

    image: Path
    out: Path

    @property
    def strips(self) -> Path:
        """What is finished."""
        return self.out / "scan.tiles.partial" / "strips"

    @property
    def mask(self) -> Path:
        """The answer."""
        return self.out / "scan.mask.tif"


def bench(
    side: Annotated[int, typer.Option(help="Of the image, in pixels.", min=2048)] = 20_000,
    by_server: Annotated[
        bool, typer.Option("--by-server", help="Also send the whole image to the server.")
    ] = False,
    markdown: MarkdownFile = "",
) -> None:
    """Answers one image in tiles, kills the process in the middle, continues, and compares."""
    quiet_tensorflow()
    with tempfile.TemporaryDirectory() as home:
        rows = measure(side, Path(home), by_server)
    network = f"unet_small with widths {list(inputs.WIDTHS)}, random weights, over gRPC"
    differ = f"the middle {CROP} x {CROP} pixels, against the usual answer about these and "
    sent = "by the server: its own memory, and all pixels against the mask of fcn predict"
    about = f"{differ}{MARGIN} around them" + (f"; {sent}" if by_server else "")
    caption = (f"{network}; {about}", describe_measured_machine())
    terminal.console.print(make_table("A large image", COLUMNS, rows, caption))
    write_markdown(markdown, format_markdown(COLUMNS, rows, caption))


def measure(side: int, home: Path, by_server: bool) -> list[tuple[str, ...]]:
    """The rows of both runs, and of the server's own tiles if wanted."""
    place = Place(home / "scan.tif", home / "out")
    show_progress(f"drawing {side:,} x {side:,} pixels")
    inputs.draw(place.image, side)
    inputs.publish(home / "served", side)
    with serve(home / "served") as server:
        show_progress("predicting, until the middle")
        middle = divide_up(side, SIDE) // 2
        killed = predicting.predict(
            server.grpc, place.image, place.out, lambda: count_strips(place) >= middle
        )
        show_progress("predicting again")
        ended = predicting.predict(server.grpc, place.image, place.out, lambda: False)
        if ended.code:
            raise RuntimeError(f"fcn predict ended with {ended.code}: {ended.output}")
        differing = compare(server, place, side)
        sent = [send_whole(server, place)] if by_server else []
    tiles, size = divide_up(side, SIDE) ** 2, f"{side:,} x {side:,}"
    return [
        (size, "until SIGKILL", f"{ended.resumed:,} kept", *describe(killed), ""),
        (size, "continued", f"{tiles - ended.resumed:,} of {tiles:,}", *describe(ended), differing),
        *((size, "by the server", f"{divide_up(side, inputs.TILE) ** 2:,}", *row) for row in sent),
    ]


def send_whole(server: ServerProcess, place: Place) -> tuple[str, str, str]:
    """The seconds and the server's memory for the mask of the whole image, and what differs."""
    show_progress("asking the server for the whole mask")
    Image.MAX_IMAGE_PIXELS = None  # The image and its mask are our own, and over Pillow's limit.
    with Image.open(place.image) as image:
        encoded = to_png(image)
    with connect(f"grpc://{server.grpc}", inputs.TILING_MODEL, timeout=WAIT) as client:
        start = time.perf_counter()
        (found,) = client.segment([encoded])
        seconds = time.perf_counter() - start
    with rasterio.open(place.mask) as mask:
        differing = np.count_nonzero(mask.read(1) != found.mask)
    memory = predicting.read_memory(server.pid) / MIB
    return f"{seconds:,.0f}", f"{memory:,.0f}", f"{differing:,} of {found.mask.size:,}"


def describe(run: Run) -> tuple[str, str]:
    """Its seconds and its memory."""
    return f"{run.seconds:,.0f}", f"{run.memory / MIB:,.0f}"


def count_strips(place: Place) -> int:
    """The rows of tiles that are finished."""
    count = 0
    if not place.strips.exists():
        return count
    with place.strips.open("rb") as file:
        file.readline()
        while line := file.readline():
            if not line.endswith(b"\n"):
                break
            file.seek(json.loads(line)["bytes"], 1)
            count += 1
    return count


def compare(server: ServerProcess, place: Place, side: int) -> str:
    """How many pixels of the middle differ from the usual answer about it and its margin."""
    first = (side - CROP) // 2 // SIDE * SIDE  # A multiple of the stride.
    whole = CROP + 2 * MARGIN
    with rasterio.open(place.image) as image:
        around = Window(first - MARGIN, first - MARGIN, whole, whole)
        pixels = np.moveaxis(image.read(window=around), 0, -1)
    with connect(f"grpc://{server.grpc}", inputs.MODEL, timeout=300) as client:
        (found,) = client.segment([to_png(Image.fromarray(pixels))])
    with rasterio.open(place.mask) as mask:
        tiled = mask.read(1, window=Window(first, first, CROP, CROP))
    usual = found.mask[MARGIN : MARGIN + CROP, MARGIN : MARGIN + CROP]
    return f"{np.count_nonzero(tiled != usual):,} of {tiled.size:,}"


if __name__ == "__main__":
    terminal.run_function(bench)
