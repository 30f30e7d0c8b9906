"""`make demo-pets`: from images and masks to a served model that says which pixels are the pet.

Without a folder it takes the Oxford-IIIT pets; without a network, drawn animals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.markup import escape
from rich.table import Table

from pipeline.demo import drawn_pets, pet_photos, steps
from pipeline.demo.download import Archive
from pipeline.demo.steps import console
from serving import commands, mask_files, overlay

if TYPE_CHECKING:
    from serving.client import Segmentation

MODEL = "pets"
PICTURES = "pictures"

TestPair = tuple[str, bytes, bytes]  # Its file name, its encoded bytes, its encoded mask.


@dataclass(frozen=True)
class Answer:
    """What the server said of one image, and how far that is true."""

    file: str
    pet: float  # The part of the pixels that are the pet, by the answer.
    accuracy: float  # The part of the pixels whose class is right.
    agreed: bool  # Whether both protocols gave the same mask.
    picture: Path


def demo(
    data: Annotated[str, typer.Option(help="Folder of images and masks.")] = "",
    workdir: Annotated[
        str, typer.Option(help="Holds all it makes; runs/demo/<the folder's name> if not given.")
    ] = "",
    images: Annotated[int, typer.Option(help="Images to ask about.", min=1)] = 8,
) -> None:
    """Trains on pets, serves the model, and leaves pictures of its answers."""
    commands.quiet_tensorflow()
    folder = Path(data) if data else find_pets(Path("data"))
    home = steps.home_of(folder, workdir)
    code = steps.run(MODEL, folder, home)
    if code == 0:
        show(ask_about_test_pairs(home, images), home / PICTURES)
    raise typer.Exit(code)


def find_pets(root: Path, *, archives: tuple[Archive, ...] = pet_photos.ARCHIVES) -> Path:
    """The folder of photographs below `root`, or of drawings if no photographs can be had."""
    return steps.find(
        "ANIMALS",
        (root / "oxford_pets", lambda folder: pet_photos.fetch(folder, archives=archives)),
        (root / "drawn_pets", drawn_pets.draw),
    )


def ask_about_test_pairs(home: Path, limit: int) -> list[Answer]:
    """Serves what the run pushed, and asks about images of its test split."""
    from pipeline.local.results import some_test_pairs

    pairs = some_test_pairs(str(home), limit)
    return ask(steps.push_root(home), pairs, home / PICTURES)


def ask(root: Path, pairs: Sequence[TestPair], pictures: Path) -> list[Answer]:
    """Asks about all images, on both ways, and writes a picture of each answer."""
    grpc, rest = steps.ask(root, MODEL, [encoded for _, encoded, _ in pairs])
    return [
        answered(pair, one, other, pictures)
        for pair, one, other in zip(pairs, grpc, rest, strict=True)
    ]


def answered(pair: TestPair, grpc: Segmentation, rest: Segmentation, pictures: Path) -> Answer:
    """One answer beside the truth."""
    file, encoded, truth = pair
    written = mask_files.write(Path(file), encoded, grpc, pictures)
    said, true = overlay.read_ids(grpc.mask), overlay.read_ids(truth)
    counts = true != overlay.IGNORED
    return Answer(
        file,
        pet=next(iter(grpc.class_fractions.values())),
        accuracy=float(np.mean(said[counts] == true[counts])),
        agreed=bool(np.array_equal(said, overlay.read_ids(rest.mask))),
        picture=written.overlay,
    )


def show(answers: Sequence[Answer], pictures: Path) -> None:
    """Prints how true each answer is, and where its picture is."""
    table = Table("File", "Pet", "Right pixels", "gRPC = REST", title="Images of the test split")
    for answer in answers:
        mark = "[green]✓[/]" if answer.agreed else "[red]✗[/]"
        cells = (f"{answer.pet:.0%} of the image", f"{answer.accuracy:.0%}", mark)
        table.add_row(escape(answer.file), *cells)
    console.print(table)
    console.print(f"Pictures: {escape(str(pictures))}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    typer.run(demo)
