"""The command `fcn review`: decides about the labels that `fcn doubt` or a run listed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.data import Workdir
from pipeline.cli.interrupt import end_at_interrupt
from pipeline.cli.options import choose_data, fail
from pipeline.exit_codes import FAILED, WRONG_USE
from serving import printable
from serving.commands import quiet_tensorflow
from serving.terminal import echo

if TYPE_CHECKING:
    from components.doubt.listing import DoubtList
    from pipeline.review.decisions import Decisions

Listed = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the experiment; or a list: NAME-doubts.json.")
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
    workdir: Workdir = "",
    corrections: Corrections = None,
    host: Host = "127.0.0.1",
    port: Port = 8600,
) -> None:
    """Shows the labels that `fcn doubt` or the last run listed, to decide: right, wrong or remove.

    Every decision is written at once: stop at any time, and continue with the same command.
    """
    quiet_tensorflow()
    found = read(name, workdir)
    file = (corrections or Path(f"{found.name}-corrections.jsonl")).absolute()
    decisions = open_decisions(file, found)

    def announce(address: str) -> None:
        shown = printable.name(file)
        echo(f"Open {address} to decide; Ctrl-C ends. Decisions are written to {shown}. Then:")
        echo(f"  {build_run_command(found.name, shown)}")

    from pipeline.review import server

    try:
        with end_at_interrupt("What you decided is in the file."):
            server.serve(found, decisions, host, port, announce)
    except OSError as error:
        fail(f"{host}:{port} cannot be used ({error}): give another --port.", FAILED)


def build_run_command(name: str, corrections: str) -> str:
    """The command that learns from the decisions; with `--data DIR` unless the folder is known."""
    try:
        known = choose_data(name, os.environ.get("FCN_DATA", ""))
    except (OSError, ValueError):  # `fcn run` will say what is wrong with the file.
        known = ""
    data = "" if known else " --data DIR"
    return f"fcn run {printable.name(name)}{data} --corrections {corrections}"


def read(name: str, workdir: str) -> DoubtList:
    """The list of a name or a file. Ends the command if there is none."""
    from components.doubt import listing

    file = Path(name) if name.endswith(".json") else Path(f"{name}-doubts.json")
    if not name.endswith(".json") and not file.is_file():
        file = find_in_run(name, workdir)
        echo(f"The list is that of the last run: {printable.name(file)}")
    try:
        return listing.read(file)
    except FileNotFoundError:
        fail(f"There is no {file}: run `fcn doubt NAME` first.", WRONG_USE)
    except (ValueError, OSError) as error:
        fail(str(error), WRONG_USE)


def find_in_run(name: str, workdir: str) -> Path:
    """The list of the last run of an experiment. Ends the command if it has none."""
    from components.label_doubts import LIST
    from pipeline.local import metadata, results
    from pipeline.settings import choose_workdir

    workdir = choose_workdir(name, workdir)
    try:
        found = results.find_doubts(metadata.read_last_run(workdir), LIST)
    except FileNotFoundError:
        found = ""
    if not found:
        fail(
            f"There is no {name}-doubts.json, and no list in the last run in {workdir}: run "
            f"`fcn doubt {name}` first, or `fcn run {name} --set 'doubt={{}}'`.",
            WRONG_USE,
        )
    return Path(found)


def open_decisions(file: Path, found: DoubtList) -> Decisions:
    """The decisions made so far. Ends the command if the file is of another kind."""
    from components.errors import DataError
    from pipeline.review.decisions import Decisions

    try:
        return Decisions(file, found)
    except DataError as error:
        fail(str(error), WRONG_USE)
