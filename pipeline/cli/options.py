"""What the commands share: options, the experiment and folders they name, and how they fail."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pipeline.exit_codes import FAILED, WRONG_USE
from pipeline.settings_error import SettingsError
from pipeline.storage_errors import StorageError, name_storage_errors
from serving.printable import markup
from serving.terminal import errors

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from trainer.config import Experiment

Name = Annotated[
    str,
    typer.Argument(
        help="flowers or pets; for folders of your own: images, masks, or what `fcn init` wrote: "
        "NAME of NAME.toml, or a path that ends in .toml."
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar="DIR",
        help="Folder of class folders, of images and masks, or of MNIST's files; or idx:mnist, "
        "idx:fashion_mnist, tfds:NAME. Default: that of the experiment's file, or FCN_DATA.",
    ),
]
Set = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="Overrides a value. Repeatable.")
]
Fast = Annotated[
    bool, typer.Option("--fast", help="Use the short configuration, which trains in a few minutes.")
]


def load(name: str, *, fast: bool = False, overrides: list[str]) -> Experiment:
    """The experiment with its overrides. Ends the command if an option is invalid."""
    from trainer import overrides as changes
    from trainer.data import schema

    try:
        experiment = changes.apply_overrides(_find_experiment(name, fast), overrides)
        schema.load(experiment.data.schema)
    except ValueError as error:
        fail(str(error), WRONG_USE)
    return experiment


def find_data(data: str) -> str:
    """The folder of `--data`, or of FCN_DATA. A source is written to a folder first.

    Ends the command if that fails.
    """
    from pipeline.sources.download import DownloadError
    from pipeline.sources.named import find_folder
    from pipeline.sources.source_error import SourceError

    root = Path("data")
    try:
        with fail_on_storage_errors(root):
            return find_folder(data or os.environ.get("FCN_DATA", ""), root)
    except SourceError as error:
        fail(str(error), WRONG_USE)
    except DownloadError as error:
        fail(str(error), FAILED)


def _find_experiment(name: str, fast: bool) -> Experiment:
    from trainer import configs, experiment_file

    if not experiment_file.is_file(name):
        return configs.load(name, fast=fast)
    file = experiment_file.locate(name)
    if fast:
        raise ValueError(
            f"--fast: {file} has no short configuration. Set less: --set train.epochs=1."
        )
    return experiment_file.read(file).experiment


def choose_data(name: str, data: str) -> str:
    """The folder given, else that of the experiment's file; empty if it has none."""
    from trainer import experiment_file

    if data or not experiment_file.is_file(name):
        return data
    return experiment_file.read(experiment_file.locate(name)).folder


def check_weights(experiment: Experiment) -> None:
    """Ends the command if the weights that a run needs are not on this machine."""
    from components.doubt import weights
    from components.errors import DataError
    from trainer import configs, models

    try:
        models.check_weights(experiment.model)
    except (OSError, ValueError) as error:
        scratch = configs.FROM_SCRATCH.get(experiment.name, "")
        hint = f" Or train without them: {scratch} in place of {experiment.name}."
        fail(f"{error}{hint if scratch else ''}", WRONG_USE)
    doubt = experiment.doubt
    if doubt and experiment.task != "masks" and not doubt.own_folds:
        try:
            weights.check_installed(doubt.weights)
        except DataError as error:
            fail(str(error), WRONG_USE)


def read_settings(experiment: Experiment, data: str, workdir: str, push_root: str) -> Settings:
    """The folders of a run on this machine. Ends the command if an option is invalid."""
    from pipeline.settings import Settings

    try:
        return Settings.from_env(experiment.name, data=data, workdir=workdir, push_root=push_root)
    except SettingsError as error:
        fail(str(error), WRONG_USE)


@contextmanager
def fail_on_storage_errors(*places: str | Path, hint: str = "") -> Iterator[None]:
    """Ends the command with one sentence if the block cannot write one of its places."""
    try:
        with name_storage_errors(*places):
            yield
    except StorageError as error:
        if any(isinstance(each, logging.FileHandler) for each in logging.getLogger().handlers):
            logging.getLogger(__name__).error("%s", traceback.format_exc())  # Not to the terminal.
        fail(f"{error}{hint}", FAILED)


def fail(message: str, code: int) -> NoReturn:
    """Prints the message to stderr and exits with the code."""
    errors.print(f"[red]fcn:[/] {markup(message)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)
