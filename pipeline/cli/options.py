"""What the commands share: options, the experiment that they name, messages and exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.exit_codes import WRONG_USE

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from trainer.config import Experiment

Name = Annotated[
    str, typer.Argument(help="flowers or pets; images or masks for folders of your own.")
]
Set = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="Overrides a value. Repeatable.")
]
Fast = Annotated[bool, typer.Option("--fast", help="The short configuration: a few minutes.")]

console = Console()
errors = Console(stderr=True)


def load(name: str, *, fast: bool = False, overrides: list[str]) -> Experiment:
    """The experiment with its overrides; what does not fit is refused."""
    from trainer import configs
    from trainer import overrides as changes
    from trainer.data import schema

    try:
        experiment = changes.apply_overrides(configs.load(name, fast=fast), overrides)
        schema.load(experiment.data.schema)
    except ValueError as error:
        fail(str(error), WRONG_USE)
    return experiment


def places(experiment: Experiment, data: str, workdir: str, push_root: str) -> Settings:
    """Where a run on this machine happens; what does not fit is refused."""
    from pipeline.settings import Settings

    try:
        return Settings.from_env(experiment.name, data=data, workdir=workdir, push_root=push_root)
    except ValueError as error:
        fail(str(error), WRONG_USE)


def fail(message: str, code: int) -> NoReturn:
    """One clear message on stderr, and the exit code."""
    errors.print(f"[red]fcn:[/] {escape(message)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)
