"""The command `fcn`: lists all commands. Each group has a file of its own in this folder."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress

import typer

from pipeline.cli import (
    bulk,
    convolutionalize,
    data,
    imagenet,
    init,
    kubeflow,
    models,
    run,
    schedule,
)
from pipeline.cli.labels.doubt import doubt
from pipeline.cli.labels.review import review
from serving import commands, terminal
from serving.prediction.command import predict
from serving.rollout import commands as rollout

app = typer.Typer(
    cls=bulk.Commands,
    help="Fully convolutional networks: from a folder of images to a served model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(init.init)
app.command()(run.run)
app.command()(models.models)
app.command()(data.data)
app.command()(doubt)
app.command()(review)
app.command()(convolutionalize.convolutionalize)
app.command()(imagenet.imagenet)
app.command()(commands.serve)
app.command(epilog=f"Many images without a server: fcn {bulk.NAME} --help")(predict)
app.command(bulk.NAME)(bulk.predict_in_bulk)
app.command("compile")(kubeflow.compile_pipeline)
app.command()(kubeflow.rehearse)
app.add_typer(schedule.app, name="schedule")
app.add_typer(rollout.app, name="rollout")


def main() -> None:
    """The entry of the command `fcn` and of `python -m pipeline`.

    It ends the process without Python's clean-up, in which TensorFlow's objects sometimes fail and
    print a traceback after a run's last line.
    """
    try:
        terminal.run_commands(app)
    except SystemExit as end:
        code = int(end.code or 0)
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # The reader of a pipe may have ended.
            stream.flush()
    os._exit(code)
