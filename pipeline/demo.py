"""`make demo`: from a folder of flowers to a served model that is asked about images it never saw.

Without a folder it takes TensorFlow's photographs; without a network, drawn flowers.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline import drawn_flowers, flower_photos
from serving import commands

if TYPE_CHECKING:
    from serving.client import Prediction

MODEL = "flowers"
FAILED, NOT_BLESSED = 1, 3  # Exit codes, as those of `fcn run`.
PATIENCE = 120.0  # Seconds: a model's first answer is slow.
console = Console()

TestImage = tuple[str, bytes, str]  # Its file name, its encoded bytes, its true class.


@dataclass(frozen=True)
class Answer:
    """What the server said of one image, over either protocol."""

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
    workdir: Annotated[
        str, typer.Option(help="Holds all it makes; runs/demo/<the folder's name> if not given.")
    ] = "",
    images: Annotated[int, typer.Option(help="Images to ask about.", min=1)] = 15,
) -> None:
    """Trains on flowers, serves the model, and prints its answers beside the truth."""
    commands.quiet_tensorflow()
    folder = Path(data) if data else find_flowers(Path("data"))
    home = Path(workdir) if workdir else Path("runs", "demo", folder.resolve().name)
    code = run(folder, home)
    if code == 0:
        show(ask_about_test_images(home, images))
    elif code == NOT_BLESSED:
        console.print("The model missed its gate (see above): it is not served, so not asked.")
    raise typer.Exit(code)


def find_flowers(root: Path, *, url: str = flower_photos.URL) -> Path:
    """The folder of photographs below `root`, or of drawings if no photographs can be had."""
    try:
        return flower_photos.fetch(root / "flower_photos", url=url)
    except (flower_photos.NoNetwork, flower_photos.DownloadFailed) as error:
        console.print(f"[bold yellow]No photographs:[/] {escape(str(error))}", highlight=False)
        console.print("[bold yellow]DRAWN FLOWERS stand in for them:[/] a synthetic set.")
        return drawn_flowers.draw(root / "drawn_flowers")
    except flower_photos.DownloadError as error:
        console.print(f"[bold red]{escape(str(error))}[/]", highlight=False)
        raise typer.Exit(FAILED) from error


def run(data: Path, home: Path) -> int:
    """Runs the pipeline as a user would; returns the exit code of `fcn run`."""
    options = ["--data", data, "--fast", "--workdir", home, "--push-root", push_root(home)]
    command = ["run", MODEL, *map(str, options)]
    console.print(f"\n[bold]fcn {escape(' '.join(command))}[/]", highlight=False, soft_wrap=True)
    code = subprocess.run([sys.executable, "-m", "pipeline", *command], check=False).returncode
    return code if code >= 0 else FAILED  # Below 0: ended by a signal.


def push_root(home: Path) -> Path:
    """Where the demo's versions go: apart from those of real runs."""
    return home / "served"


def ask_about_test_images(home: Path, limit: int) -> list[Answer]:
    """Serves what the run pushed, and asks about images of its test split."""
    from pipeline.results import some_test_images

    return ask(push_root(home), some_test_images(str(home), limit))


def ask(root: Path, images: Sequence[TestImage]) -> list[Answer]:
    """Asks a server of its own, on free ports, about all images: once by gRPC, once by REST."""
    from serving.server import Server  # Here, since it imports TensorFlow.

    with Server(root, grpc_port=0, rest_port=0) as server:
        version = server.wait_until_available(MODEL, timeout=PATIENCE).version
        urls = (
            f"grpc://{server.host}:{server.grpc_port}",
            f"http://{server.host}:{server.rest_port}",
        )
        console.print(f"\nServing version {version} at {' and '.join(urls)}", highlight=False)
        grpc, rest = (_classify(url, [encoded for _, encoded, _ in images]) for url in urls)
    return [
        Answer(file, truth, by_grpc, by_rest)
        for (file, _, truth), by_grpc, by_rest in zip(images, grpc, rest, strict=True)
    ]


def _classify(url: str, encoded: list[bytes]) -> list[Prediction]:
    from serving.client import connect

    with connect(url, MODEL, timeout=PATIENCE) as client:
        return client.classify(encoded)


def show(answers: Sequence[Answer]) -> None:
    """Prints the answers beside the true classes, and how many are right."""
    table = Table("File", "Truth", "gRPC", "", "REST", "", "", title="Images of the test split")
    for answer in answers:
        cells = [*_cells(answer.grpc), *_cells(answer.rest)]
        mark = "[green]✓[/]" if answer.right else "[red]✗[/]"
        table.add_row(escape(answer.file), answer.truth, *cells, mark)
    console.print(table)
    right = sum(answer.right for answer in answers)
    console.print(f"{right} of {len(answers)} right, over gRPC and over REST.")


def _cells(prediction: Prediction) -> tuple[str, str]:
    return prediction.label, f"{prediction.probabilities[prediction.label]:.0%}"


if __name__ == "__main__":
    typer.run(demo)
