"""The command `fcn`: lists all commands. Each group has a file of its own in this folder."""

from __future__ import annotations

import typer

from pipeline.cli import kubeflow, models, run, schedule
from serving import commands, terminal

app = typer.Typer(
    help="Fully convolutional networks: from a folder of images to a served model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run.run)
app.command()(models.models)
app.command()(commands.serve)
app.command()(commands.predict)
app.command("compile")(kubeflow.compile_pipeline)
app.command()(kubeflow.rehearse)
app.add_typer(schedule.app, name="schedule")


def main() -> None:
    """The entry point of `fcn` and of `python -m pipeline`."""
    terminal.run_commands(app)
