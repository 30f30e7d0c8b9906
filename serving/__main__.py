"""`python -m serving serve` and `predict`; `predict` needs no TensorFlow."""

from __future__ import annotations

import typer

from serving import commands, terminal
from serving.prediction.command import predict

app = typer.Typer(
    help="Serves models, and gets predictions from served models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(commands.serve)
app.command()(predict)


def main() -> None:
    """Runs the commands; without TensorFlow, `serve` says what to install."""
    terminal.run_commands(app, "python -m serving")


if __name__ == "__main__":
    main()
