"""`make demo-pets`: from images and masks to a served model that finds the pixels of a pet.

Without a folder it uses the Oxford-IIIT pets; without a network, drawn animals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.text import Text

from pipeline.demo import drawn_pets, photographs, steps
from pipeline.sources.download import Archive
from serving import commands, overlay, terminal
from serving.prediction import mask_files
from serving.printable import markup
from serving.terminal import Table, console

if TYPE_CHECKING:
    from serving.client import Segmentation

MODEL = "pets"
PICTURES = "pictures"

TestPair = tuple[str, bytes, bytes]  # Its file name, its encoded bytes, its encoded mask.


@dataclass(frozen=True)
class SegmentedImage:
    """The server's answer about one image, compared with the truth."""

    file: str
    pet: float  # The share of pixels that the answer calls pet: 0..1.
    accuracy: float  # The share of pixels whose class is right: 0..1.
    agreed: bool  # Whether both protocols gave the same mask.
    picture: Path | None


def demo(
    data: Annotated[str, typer.Option(help="Folder of images and masks.")] = "",
    workdir: steps.Workdir = "",
    images: steps.Images = 8,
) -> None:
    """Trains on pets, serves the model, and writes pictures of its answers."""
    commands.quiet_tensorflow()
    folder = Path(data) if data else find_pets(Path("data"))
    home = steps.choose_home(folder, workdir)
    code = steps.run(MODEL, folder, home)
    if code == 0:
        show(ask_about_test_pairs(home, images), home / PICTURES)
        steps.show_next(home, MODEL)
    raise typer.Exit(code)


def find_pets(root: Path, *, archives: tuple[Archive, ...] = photographs.PETS) -> Path:
    """The folder of photographs below `root`, or of drawings if they cannot be downloaded."""
    return steps.find_images(
        "ANIMALS",
        (root / "oxford_pets", lambda folder: photographs.fetch_all(folder, archives)),
        (root / "drawn_pets", drawn_pets.draw),
    )


def ask_about_test_pairs(home: Path, limit: int) -> list[SegmentedImage]:
    """Serves the version that the run pushed, and asks about images of its test split."""
    from pipeline.local.results import read_test_pairs

    pairs = read_test_pairs(str(home), limit)
    return ask(steps.push_root(home), pairs, home / PICTURES)


def ask(root: Path, pairs: Sequence[TestPair], pictures: Path) -> list[SegmentedImage]:
    """Asks about all images over both protocols, and writes a picture of each answer."""
    grpc, rest = steps.ask(root, MODEL, [encoded for _, encoded, _ in pairs])
    return [
        check_answer(pair, one, other, pictures)
        for pair, one, other in zip(pairs, grpc, rest, strict=True)
    ]


def check_answer(
    pair: TestPair, grpc: Segmentation, rest: Segmentation, pictures: Path
) -> SegmentedImage:
    """Compares an answer with the true mask, and writes its picture."""
    file, encoded, truth = pair
    written = mask_files.write(Path(file), encoded, grpc, pictures)
    true = overlay.read_ids(truth)
    counts = true != overlay.IGNORED
    return SegmentedImage(
        file,
        pet=next(iter(grpc.class_fractions.values())),
        accuracy=float(np.mean(grpc.mask[counts] == true[counts])),
        agreed=bool(np.array_equal(grpc.mask, rest.mask)),
        picture=written.overlay,
    )


def show(answers: Sequence[SegmentedImage], pictures: Path) -> None:
    """Prints how accurate each answer is, and the folder of the pictures."""
    table = Table("File", "Pet", "Right pixels", "gRPC = REST", title="Images of the test split")
    for answer in answers:
        mark = Text("✓", "green") if answer.agreed else Text("✗", "red")
        cells = (f"{answer.pet:.0%} of the image", f"{answer.accuracy:.0%}", mark)
        table.add_row(answer.file, *cells)
    console.print(table)
    console.print(f"Pictures: {markup(pictures)}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    terminal.run_function(demo)
