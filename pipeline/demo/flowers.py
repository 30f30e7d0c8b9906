"""`make demo`: from a folder of flowers to a served model that classifies images it has not seen.

Without a folder it uses TensorFlow's photographs; without a network, drawn flowers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from pipeline.demo import drawn_flowers, photographs, steps
from pipeline.sources import download
from pipeline.sources.download import Archive
from serving import commands, terminal
from serving.terminal import Table, console

if TYPE_CHECKING:
    from serving.client import Prediction

MODEL = "flowers-transfer"

TestImage = tuple[str, bytes, str]  # Its file name, its encoded bytes, its true class.


@dataclass(frozen=True)
class ClassifiedImage:
    """The server's answers about one image, one for each protocol."""

    file: str
    truth: str
    grpc: Prediction
    rest: Prediction

    @property
    def right(self) -> bool:
        """Whether both answers are the true class."""
        return self.grpc.label == self.rest.label == self.truth


def demo(
    data: Annotated[str, typer.Option(help="Folder of class folders.")] = "",
    workdir: steps.Workdir = "",
    images: steps.Images = 15,
) -> None:
    """Trains on flowers, serves the model, and prints its answers next to the true classes."""
    commands.quiet_tensorflow()
    folder = Path(data) if data else find_flowers(Path("data"))
    home = steps.choose_home(folder, workdir)
    code = steps.run(MODEL, folder, home)
    if code == 0:
        show(ask_about_test_images(home, images))
        steps.show_next(home, MODEL)
    raise typer.Exit(code)


def find_flowers(root: Path, *, archive: Archive = photographs.FLOWERS) -> Path:
    """The folder of photographs below `root`, or of drawings if they cannot be downloaded."""
    return steps.find_images(
        "FLOWERS",
        (root / "flower_photos", lambda folder: download.fetch(folder, archive)),
        (root / "drawn_flowers", drawn_flowers.draw),
    )


def ask_about_test_images(home: Path, limit: int) -> list[ClassifiedImage]:
    """Serves the version that the run pushed, and asks about images of its test split."""
    from pipeline.local.results import read_test_images

    return ask(steps.push_root(home), read_test_images(str(home), limit))


def ask(root: Path, images: Sequence[TestImage]) -> list[ClassifiedImage]:
    """Asks about all images over both protocols."""
    grpc, rest = steps.ask(root, MODEL, [encoded for _, encoded, _ in images])
    return [
        ClassifiedImage(file, truth, by_grpc, by_rest)
        for (file, _, truth), by_grpc, by_rest in zip(images, grpc, rest, strict=True)
    ]


def show(answers: Sequence[ClassifiedImage]) -> None:
    """Prints the answers next to the true classes, and how many are right."""
    table = Table("File", "Truth", "gRPC", "", "REST", "", "", title="Images of the test split")
    for answer in answers:
        cells = [*_cells(answer.grpc), *_cells(answer.rest)]
        mark = Text("✓", "green") if answer.right else Text("✗", "red")
        table.add_row(answer.file, answer.truth, *cells, mark)
    console.print(table)
    right = sum(answer.right for answer in answers)
    console.print(f"{right} of {len(answers)} right, over gRPC and over REST.")


def _cells(prediction: Prediction) -> tuple[str, str]:
    return prediction.label, f"{prediction.probabilities[prediction.label]:.0%}"


if __name__ == "__main__":
    terminal.run_function(demo)
