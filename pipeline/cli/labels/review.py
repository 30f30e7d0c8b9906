"""The command `fcn review`: decides about the labels that `fcn doubt` listed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.interrupt import end_at_interrupt
from pipeline.cli.options import fail
from pipeline.exit_codes import FAILED, WRONG_USE
from serving import printable
from serving.terminal import echo

if TYPE_CHECKING:
    from pipeline.doubt.listing import DoubtList
    from pipeline.doubt.review.decisions import Decisions

Listed = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the experiment; or a file that `fcn doubt` wrote.")
]
Corrections = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Where decisions are written.", show_default="NAME-corrections.jsonl"
    ),
]
Host = Annotated[str, typer.Option(help="Use 0.0.0.0 to let other machines decide, too.")]
Port = Annotated[int, typer.Option(help="0: a free one.", min=0, max=65535)]


def review(
    name: Listed,
    corrections: Corrections = None,
    host: Host = "127.0.0.1",
    port: Port = 8600,
) -> None:
    """Shows the labels that `fcn doubt` listed, to decide: right, wrong or remove.

    Every decision is written at once: stop at any time, and continue with the same command.
    """
    found = read(name)
    file = (corrections or Path(f"{found.name}-corrections.jsonl")).absolute()
    decisions = open_decisions(file, found)

    def announce(address: str) -> None:
        shown = printable.name(file)
        echo(f"Open {address} to decide; Ctrl-C ends. Decisions are written to {shown}. Then:")
        echo(f"  fcn run {printable.name(found.name)} --corrections {shown}")

    from pipeline.doubt.review import server

    try:
        with end_at_interrupt("All decisions are in the file."):
            server.serve(found, decisions, host, port, announce)
    except OSError as error:
        fail(f"{host}:{port} cannot be used ({error}): give another --port.", FAILED)


def read(name: str) -> DoubtList:
    """The list of a name or a file. Ends the command if there is none."""
    from pipeline.doubt import listing

    file = Path(name) if name.endswith(".json") else Path(f"{name}-doubts.json")
    try:
        return listing.read(file)
    except FileNotFoundError:
        fail(f"There is no {file}: run `fcn doubt {name}` first.", WRONG_USE)
    except (ValueError, OSError) as error:
        fail(str(error), WRONG_USE)


def open_decisions(file: Path, found: DoubtList) -> Decisions:
    """The decisions made so far. Ends the command if the file is of another kind."""
    from components.errors import DataError
    from pipeline.doubt.review.decisions import Decisions

    try:
        return Decisions(file, found)
    except DataError as error:
        fail(str(error), WRONG_USE)
