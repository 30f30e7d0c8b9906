"""The command `fcn init`: writes an experiment for a folder of images."""

from __future__ import annotations

import logging
import os
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import onednn
from pipeline.cli.interrupt import end_at_interrupt
from pipeline.cli.options import Data, Set, fail, fail_on_storage_errors, find_data
from pipeline.cli.run import (
    FollowLinks,
    Workdir,
    check_folders_or_fail,
    log_to,
    make_parents_or_fail,
)
from pipeline.exit_codes import FAILED, WRONG_USE
from pipeline.guard import guard
from pipeline.settings_error import SettingsError
from pipeline.storage_errors import StorageError, name_storage_errors
from serving.commands import quiet_tensorflow
from serving.printable import markup
from serving.terminal import console, echo, say

if TYPE_CHECKING:
    from pipeline.init.plan import Plan, Wishes
    from pipeline.settings import Settings

LONGEST = 60  # Characters of a value on the terminal: the file has all.

NewName = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of the experiment and of its model.")
]
Minutes = Annotated[
    float, typer.Option(metavar="NUMBER", min=0.01, help="How long training may take.")
]
FromScratch = Annotated[bool, typer.Option("--from-scratch", help="Use no pretrained weights.")]
Force = Annotated[bool, typer.Option("--force", help="Replaces an existing NAME.toml.")]


def init(
    name: NewName,
    data: Data = "",
    minutes: Minutes = 30.0,
    from_scratch: FromScratch = False,
    overrides: Set = [],  # noqa: B006
    force: Force = False,
    workdir: Workdir = "",
    follow_links: FollowLinks = False,
) -> None:
    """Writes NAME.toml, an experiment for a folder of images: `fcn run NAME` runs it.

    Checks the folder as a run does, measures some steps of training, and says what it chose.
    """
    quiet_tensorflow()
    onednn.turn_on()
    from pipeline.init.plan import Wishes
    from trainer import experiment_file

    path = experiment_file.locate(name)
    check_name(path, force)
    settings = read_settings(path.stem, find_data(data), workdir)
    settings = replace(settings, follow_links=follow_links)
    wishes = Wishes(path.stem, minutes, tuple(overrides), from_scratch)
    plan = plan_or_fail(wishes, settings, path)
    write_or_fail(path, plan, settings.data, force)
    show(plan)
    links = " --follow-links" if follow_links else ""
    shown = name if path.parent == Path() else path
    say(f"Wrote {markup(path)}. Train, evaluate and push: `fcn run {markup(shown)}{links}`")


def check_name(path: Path, force: bool) -> None:
    """Ends the command if the experiment cannot have this name, or exists."""
    from trainer import configs
    from trainer.config_values import check_run_name

    if path.stem in configs.EXPERIMENTS:
        known = ", ".join(sorted(configs.EXPERIMENTS))
        fail(f"{path.stem} is an experiment of ours, as {known}: use another name.", WRONG_USE)
    try:
        check_run_name(path.stem)
    except ValueError as error:
        fail(f"The name {path.stem!r}: {error}.", WRONG_USE)
    if path.exists() and not force:
        fail(f"{path} exists: use another name, or replace it by --force.", WRONG_USE)


def read_settings(name: str, data: str, workdir: str) -> Settings:
    """The folders of the run to come. Ends the command if one is missing."""
    from pipeline.settings import Settings

    try:
        return Settings.from_env(name, data=data, workdir=workdir)
    except SettingsError as error:
        fail(str(error), WRONG_USE)


def plan_or_fail(wishes: Wishes, settings: Settings, path: Path) -> Plan:
    """Makes the plan. An error ends the command: with 2 for bad input, else 1. Writes no file."""
    from pipeline.init import plan

    log = Path(settings.workdir, "log.txt")
    check_folders_or_fail(settings, wishes.name, None)
    make_parents_or_fail(log, path)
    with fail_on_storage_errors(settings.workdir):
        log_to(log)
    try:
        with (
            guard(),
            end_at_interrupt(f"{path} was not written."),
            name_storage_errors(settings.workdir),
        ):
            return plan.make_plan(wishes, settings)
    except ValueError as error:  # DataError is one.
        logging.getLogger(__name__).error("%s", traceback.format_exc())
        fail(str(error), WRONG_USE)
    except StorageError as error:
        fail(f"{error} {path} was not written.", FAILED)
    except Exception as error:
        logging.getLogger(__name__).error("%s", traceback.format_exc())
        fail(f"{type(error).__name__}: {error}\nSee the log for details: {log}", FAILED)


def write_or_fail(path: Path, plan: Plan, data: str, force: bool) -> None:
    """Writes the file. Ends the command if it exists by now, or cannot be written."""
    from pipeline.init import writing

    if path.exists() and not force:
        fail(f"{path} exists: use another name, or replace it by --force.", WRONG_USE)
    with fail_on_storage_errors(path):
        writing.write(path, plan, find_relative(data, path))


def find_relative(data: str, path: Path) -> str:
    """The folder of images as the file names it: relative to itself if it is near."""
    if "://" in data:
        return data
    relative = os.path.relpath(data, path.parent.resolve())
    return data if relative.startswith("..") else relative


def show(plan: Plan) -> None:
    """Prints the counts of the folder, and each choice with its reason."""
    from components.ingestion import summary
    from pipeline.init.writing import render_value

    console.print(summary.build_table(plan.summary))
    for name, choice in plan.choices.items():
        value = render_value(choice.value)
        value = value if len(value) <= LONGEST else f"{value[:LONGEST]} …"
        echo(f"  {name} = {value}" + (f": {choice.reason}" if choice.reason else ""))
