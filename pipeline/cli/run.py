"""The command `fcn run`: its options, its log, its errors."""

from __future__ import annotations

import logging
import os
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import onednn
from pipeline.cli import beam_options
from pipeline.cli.interrupt import end_at_interrupt
from pipeline.cli.options import (
    Data,
    Fast,
    Name,
    Set,
    check_weights,
    choose_data,
    fail,
    fail_on_storage_errors,
    find_data,
    load,
    read_settings,
)
from pipeline.exit_codes import FAILED, NOT_BLESSED, WRONG_USE
from pipeline.guard import guard
from pipeline.storage_errors import StorageError, name_storage_errors
from serving.commands import quiet_tensorflow
from serving.printable import LogFormatter
from serving.terminal import console

if TYPE_CHECKING:
    from pipeline.local.results import RunResult
    from pipeline.settings import Settings
    from trainer.config import Experiment

# Reasons that are not wrong use.
STORAGE = ("place_not_permitted", "workdir_too_small", "push_root_too_small")

FollowLinks = Annotated[
    bool,
    typer.Option("--follow-links", help="Follows links that lead out of the folder of images."),
]
Corrections = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Decisions about labels, as `fcn review` wrote them."),
]
Workdir = Annotated[
    str,
    typer.Option(
        metavar="DIR",
        help="Folder for everything the run writes. Default: FCN_WORKDIR, or runs/NAME.",
    ),
]
PushRoot = Annotated[
    str,
    typer.Option(
        metavar="DIR", help="Folder for pushed versions. Default: FCN_PUSH_ROOT, or served."
    ),
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Also writes the result as JSON.")
]


def run(
    name: Name,
    data: Data = "",
    workdir: Workdir = "",
    push_root: PushRoot = "",
    json_file: JsonFile = None,
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
    beam_runner: beam_options.Runner = "",
    beam: beam_options.Options = [],  # noqa: B006
    follow_links: FollowLinks = False,
    corrections: Corrections = None,
) -> None:
    """Ingests, trains, evaluates and, if the model passes its gate, pushes it.

    Exit code: 0 pushed, 3 not blessed, 2 wrong use or input, 130 Ctrl-C, 1 anything else.
    """
    quiet_tensorflow()
    onednn.turn_on()
    experiment = load(name, fast=fast, overrides=overrides)
    data = find_data(choose_data(name, data))
    beam_args = beam_options.read_local_args(
        beam_runner, beam, experiment.name, data=data, workdir=workdir
    )
    settings = read_settings(experiment, data, workdir, push_root)
    settings = replace(
        settings,
        beam_args=beam_args,
        follow_links=follow_links,
        corrections=find_corrections(corrections),
    )
    check_weights(experiment)
    result = run_and_report(experiment, settings, json_file)
    if not result.blessed:
        raise typer.Exit(NOT_BLESSED)


def find_corrections(file: Path | None) -> str:
    """The absolute path of the file, or "". Ends the command if the file cannot be used."""
    from components.errors import DataError
    from components.ingestion.corrections import file as corrections_file

    if not file:
        return ""
    try:
        corrections_file.read(path := str(file.expanduser().resolve()))
    except DataError as error:
        fail(f"--corrections: {error}", WRONG_USE)
    return path


def run_and_report(experiment: Experiment, settings: Settings, json_file: Path | None) -> RunResult:
    """Runs the pipeline, prints the result and writes it to the file if one is given."""
    log = Path(settings.workdir, "log.txt")
    check_folders_or_fail(settings, experiment.name, json_file)
    make_parents_or_fail(log, json_file)
    with fail_on_storage_errors(settings.workdir):
        result = run_or_fail(experiment, settings, log)
    with fail_on_storage_errors(json_file or settings.workdir):
        report(result, json_file)
    return result


def check_folders_or_fail(settings: Settings, model: str, json_file: Path | None) -> None:
    """Ends the command if a folder cannot be used. Creates nothing."""
    from components.errors import DataError
    from pipeline.local import places

    try:
        places.check_places(settings, model)
        if json_file:
            places.check_outside("--json", str(json_file.resolve()), settings.data)
    except DataError as error:
        fail(str(error), FAILED if error.reason in STORAGE else WRONG_USE)


def run_or_fail(experiment: Experiment, settings: Settings, log: Path) -> RunResult:
    """Runs the pipeline and logs it. An error ends the command: with 2 for bad input, else 1."""
    from components.errors import DataError
    from pipeline.local import run

    log_to(log)
    try:
        with (
            guard(),
            end_at_interrupt("Finished steps are kept: run the same command to continue."),
            name_storage_errors(settings.workdir, settings.push_root),
        ):
            return run.run(experiment, settings, console)
    except DataError as error:
        fail(str(error), WRONG_USE)
    except StorageError as error:
        logging.getLogger(__name__).error("%s", traceback.format_exc())
        fail(f"{error} Finished steps are kept: run again. See the log for details: {log}", FAILED)
    except Exception as error:
        logging.getLogger(__name__).error("%s", traceback.format_exc())
        fail(f"{type(error).__name__}: {error}\nSee the log for details: {log}", FAILED)


def report(result: RunResult, json_file: Path | None) -> None:
    """Writes the result to the file if one is given, and prints it."""
    from pipeline.local import results, run_table

    if json_file:
        results.write_json(result, json_file)
    run_table.show(result, console)


def make_parents_or_fail(*files: Path | None) -> None:
    """Creates the folders of the files, so that errors appear before training, not after."""
    for path in filter(None, files):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fail(
                f"{path} cannot be written ({error.strerror}): give a file in a writable folder.",
                WRONG_USE,
            )
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            fail(
                f"{path} cannot be written: give a file in a writable folder.",
                WRONG_USE,
            )


def log_to(path: Path) -> None:
    """Sends the logs and warnings of libraries to a file."""
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(LogFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # A full disk gets one sentence, not a traceback for each line.
    logging.getLogger("tensorflow").handlers.clear()  # Its own handler prints to the terminal.
