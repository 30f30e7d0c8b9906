"""What the demos share: finding images, running the pipeline, asking a server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipeline.exit_codes import FAILED, NOT_BLESSED
from pipeline.guard import guard
from pipeline.sources.download import DownloadError, DownloadFailed, NoNetwork
from serving import addresses
from serving.printable import markup
from serving.terminal import console

PATIENCE = 120.0  # Seconds: a model's first answer is slow.

Workdir = Annotated[
    str,
    typer.Option(help="Folder for everything the demo writes. Default: runs/demo/FOLDER-NAME."),
]
Images = Annotated[int, typer.Option(help="Number of test images.", min=1)]
Make = Callable[[Path], Path]  # Fills a folder, unless it is there, and returns it.


def find_images(kind: str, fetch: tuple[Path, Make], draw: tuple[Path, Make]) -> Path:
    """The folder of photographs, or of drawings if they cannot be downloaded."""
    photographs, download = fetch
    try:
        return download(photographs)
    except (NoNetwork, DownloadFailed) as error:
        console.print(f"[bold yellow]No photographs:[/] {markup(str(error))}", highlight=False)
        console.print(f"[bold yellow]DRAWN {kind} replace them:[/] a synthetic data set.")
        drawings, make = draw
        return make(drawings)
    except DownloadError as error:
        console.print(f"[bold red]{markup(str(error))}[/]", highlight=False)
        raise typer.Exit(FAILED) from error


def choose_home(data: Path, workdir: str) -> Path:
    """The working directory: the one given, or one named after the data."""
    return Path(workdir) if workdir else Path("runs", "demo", data.resolve().name)


def run(model: str, data: Path, home: Path) -> int:
    """Runs the pipeline as a user would; returns the exit code of `fcn run`."""
    options = ["--data", data, "--fast", "--workdir", home, "--push-root", push_root(home)]
    command = ["run", model, *map(str, options)]
    console.print(f"\n[bold]fcn {markup(' '.join(command))}[/]", highlight=False, soft_wrap=True)
    with guard():
        code = subprocess.run([sys.executable, "-m", "pipeline", *command], check=False).returncode
    if code == NOT_BLESSED:
        console.print("The model did not pass its gate (see above), so it is not served.")
    return code if code >= 0 else FAILED  # Below 0: killed by a signal.


def push_root(home: Path) -> Path:
    """The folder of the demo's versions, apart from those of real runs."""
    return home / "served"


def show_next(home: Path, model: str) -> None:
    """Prints the commands that serve the demo's model again and ask it."""
    serve = f"fcn serve --push-root {push_root(home)}"
    text = f"Ask it yourself: {serve}, and in a second terminal fcn predict IMAGE --model {model}"
    console.print(markup(text), highlight=False, soft_wrap=True)


def ask(root: Path, model: str, images: Sequence[bytes]) -> tuple[list, list]:
    """Starts a server on free ports and asks it about all images, over gRPC and over REST."""
    from serving.client import connect
    from serving.server.local import Server

    with Server(root, grpc_port=0, rest_port=0, retries=0) as server:
        version = server.wait_until_available(model, timeout=PATIENCE).version
        urls = (
            f"grpc://{addresses.join(server.host, server.grpc_port)}",
            f"http://{addresses.join(server.host, server.rest_port)}",
        )
        console.print(f"\nServing version {version} at {' and '.join(urls)}", highlight=False)
        answers = []
        for url in urls:
            with connect(url, model, timeout=PATIENCE) as client:
                answers.append(client.ask(images))
    grpc, rest = answers
    return grpc, rest
